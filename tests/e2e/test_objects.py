# SPDX-License-Identifier: BSD-2-Clause
"""Orders, authorizations and challenges on their way, as read at every step (RFC 8555, 7.1.3 to 7.1.6; conformance A151 to A216)."""

import datetime
import re

import pytest

import acme

LONG_AGO = "now() - interval '1 min'"


@pytest.fixture(scope="module")
def stack_settings():
    return {"responder_settings": 'finalize-wait = "0s"', "profile_settings": 'deny-suffixes = {"denied.test"}'}


def seconds(hours):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return now + datetime.timedelta(hours=hours)


def wire_time(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_s41_s43_statuses_in_turn(stack, client, solver, name):
    """pending, ready, processing, valid and nothing else; A171, A172: how long to wait, and for what, with each."""
    created = client.new_order([name]).ok(201)
    assert created.json["status"] == "pending"
    client.authorize(created.json["authorizations"][0], solver)
    reply = client.post(created.location).ok()
    assert reply.json["status"] == "ready" and reply.location == created.location
    with stack.paused("signer"):
        for reply in (client.finalize(created.json, acme.csr(acme.Key(), [name])).ok(), client.post(created.location).ok()):
            assert reply.json["status"] == "processing" and reply.location == created.location
            assert re.fullmatch("[1-9][0-9]{0,2}", reply["Retry-After"]) and int(reply["Retry-After"]) <= 600
            assert "certificate" not in reply.json
        client.finalize(created.json, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)
    order = client.poll(created.location, until=("valid", "invalid", "ready", "pending"))
    assert order["status"] == "valid" and order["certificate"].startswith("https://") and order["expires"]
    assert client.post(created.location).ok()["Retry-After"] is None


def test_a164_names_and_authorizations_stay(client, solver, name):
    names = [name, f"b.{name}", f"*.{name}", f"a.{name}"]
    created = client.new_order(names).ok(201)
    for url in created.json["authorizations"][:1]:
        client.post(url, {"status": "deactivated"}).ok()
    after = client.read(created.location)
    assert after["status"] == "invalid"
    for member in ("identifiers", "authorizations", "finalize"):
        assert after[member] == created.json[member]
    assert len(set(after["authorizations"])) == len(names)


def test_a200_s60_s61_flat_while_pending(client, solver, name):
    """No braces within a challenge that waits, and no second token, value or url; acme.sh goes by patterns."""
    place = client.new_order([name]).ok(201).json["authorizations"][0]
    reply = client.post(place).ok()
    for challenge in reply.json["challenges"]:
        assert set(challenge) == {"type", "url", "status", "token"} and all(isinstance(v, str) for v in challenge.values())
    assert reply.text.count('"value"') == 1
    client.authorize(place, solver)
    text = client.post(place).ok().text
    assert re.findall(r'"status":"([a-z]+)"', text) == ["valid", "valid"]


def test_s63_tokens_are_canonical(client, name):
    for challenge in client.read(client.new_order([name]).ok(201).json["authorizations"][0])["challenges"]:
        assert acme.b64u(acme.unb64u(challenge["token"])) == challenge["token"]


def test_s42_order_is_ready_as_soon_as_the_authorization_is_valid(client, new_client, solver, name):
    """Whoever sees the one may finalize without a look at the other."""
    for i in range(5):
        names = [f"{i}.{name}"]
        created = client.new_order(names).ok(201)
        place = created.json["authorizations"][0]
        challenge = client.challenge(client.read(place))
        with solver.answer("", challenge["token"], client.key_authorization(challenge["token"])):
            client.post(challenge["url"], {}).ok()
            while client.read(place)["status"] == "pending":
                pass
        client.finalize(created.json, acme.csr(acme.Key(), names)).ok()


def test_s64_s66_challenge_and_authorization_change_together(client, solver, name):
    place = client.new_order([name]).ok(201).json["authorizations"][0]
    first = client.read(place)
    challenge = client.challenge(first)
    with solver.answer("", challenge["token"], client.key_authorization(challenge["token"])):
        answered = client.post(challenge["url"], {}).ok()
        assert answered.json["url"] == challenge["url"]
        while client.read(challenge["url"])["status"] != "valid":
            pass
        after = client.read(place)
    assert after["status"] == "valid" and after["identifier"] == first["identifier"]
    assert client.challenge(after) == client.read(challenge["url"])


def test_a84_s65_errors_have_whole_types(client, name):
    created = client.new_order([name]).ok(201)
    place = created.json["authorizations"][0]
    challenge = client.challenge(client.read(place))
    client.post(challenge["url"], {}).ok()
    failed = client.challenge(client.poll(place))
    order = client.read(created.location)
    assert failed["status"] == order["status"] == "invalid" and "validated" not in failed
    for error in (failed["error"], order["error"]):
        assert error["type"].startswith(acme.ERROR) and error["detail"] and "\n" not in error["detail"]


# --- expiry

def expire(stack, table, url):
    text = url.rstrip("/").split("/")[5]
    uuid = acme.unb64u(text).hex()
    stack.sql(f"update acme.{table} set expires_at = {LONG_AGO} where id = '{uuid}'")


def test_a209_s47_s94_expired_authorization_is_gone(stack, client, name):
    """404 and malformed: a status `expired` is a parse error in some clients."""
    created = client.new_order([name]).ok(201)
    place = created.json["authorizations"][0]
    challenge = client.challenge(client.read(place))
    expire(stack, "authorizations", place)
    client.post(place).problem("malformed", 404)
    client.post(challenge["url"], {}).problem("malformed", 404)
    client.post(challenge["url"]).problem("malformed", 404)


def test_a169_expired_order(stack, client, solver, name):
    url, order = client.ready_order([name], solver)
    expire(stack, "orders", url)
    client.finalize(order, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)
    assert client.read(url)["status"] == "invalid"


def test_a182_authorization_expires_before_finalize(stack, client, solver, name):
    url, order = client.ready_order([name], solver)
    expire(stack, "authorizations", order["authorizations"][0])
    client.finalize(order, acme.csr(acme.Key(), [name])).problem("unauthorized", 403)
    assert client.read(url)["status"] == "invalid"


def test_s44_order_stays_readable(client, solver, name):
    url, order = client.ready_order([name], solver)
    client.finalize(order, acme.csr(acme.Key(), [name])).ok()
    client.poll(url)
    client.finalize(order, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)
    order = client.read(url)
    assert order["status"] == "valid" and client.download(order["certificate"])


# --- requests

def test_a83_a163_s91_one_subproblem_for_each_bad_name(client, name):
    found = client.new_order([name, "a.denied.test", f"b.{name}", "b.denied.test"]).problem("rejectedIdentifier")
    assert "identifier" not in found
    assert [(p["type"], p["identifier"]) for p in found["subproblems"]] == [
        (acme.ERROR + "rejectedIdentifier", {"type": "dns", "value": f"{x}.denied.test"}) for x in "ab"]


BAD = {"absent": {}, "null": {"identifiers": None}, "object": {"identifiers": {}}, "texts": {"identifiers": ["a.test"]},
       "type is a number": {"identifiers": [{"type": 1, "value": "a.test"}]},
       "value is empty": {"identifiers": [{"type": "dns", "value": ""}]}}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD)
def test_a153_identifiers(client, payload):
    client.post(client.directory["newOrder"], payload).problem("malformed", 400)


NAMES = ["*", "*.", "*.test", "*.co.uk", "a b.test", "a\u0000.test", "1.2.3.4", "[::1]", "a.123", "-a.test", "a-.test", "xn--a.test",
         "xn--.test", "xn--99zzzzzzz.test", "a.test/", "user@a.test"]


@pytest.mark.parametrize("value", NAMES, ids=ascii)
def test_a154_a155_a158_no_names(client, value):
    reply = client.new_order([{"type": "dns", "value": value}])
    assert reply.status in (400, 403) and reply.json["type"] in (acme.ERROR + "malformed", acme.ERROR + "rejectedIdentifier")


def test_a154_a_label_that_is_one(client):
    assert client.new_order(["xn--bcher-kva.example.test"]).ok(201).json["identifiers"][0]["value"] == "xn--bcher-kva.example.test"


def test_s40_identifiers_as_sent(client, name):
    names = [f"b.{name}", f"*.{name}", name]
    found = client.new_order(names).ok(201).json["identifiers"]
    assert sorted((i["type"], i["value"]) for i in found) == sorted(("dns", n) for n in names)


@pytest.mark.parametrize("offset", ["Z", "+04:00", ".25Z"])
def test_a161_a162_period_is_honoured(client, solver, name, offset):
    start, end = seconds(1), seconds(25)
    shifted = [t + datetime.timedelta(hours=4) if offset[0] == "+" else t for t in (start, end)]
    asked = [wire_time(t).replace("Z", offset) for t in shifted]
    created = client.new_order([name], notBefore=asked[0], notAfter=asked[1]).ok(201)
    assert [created.json[k] for k in ("notBefore", "notAfter")] == [wire_time(start), wire_time(end)]
    client.authorize(created.json["authorizations"][0], solver)
    client.finalize(created.json, acme.csr(acme.Key(), [name])).ok()
    leaf = acme.certificates(client.download(client.poll(created.location)["certificate"]).text)[0]
    assert (leaf.not_valid_before, leaf.not_valid_after) == (start.replace(tzinfo=None), end.replace(tzinfo=None))

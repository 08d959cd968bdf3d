# SPDX-License-Identifier: BSD-2-Clause
"""What real clients rely on beyond the text of RFC 8555 (conformance S), each played where it would stumble."""

import json
import re

import pytest

import acme


@pytest.fixture(scope="module")
def journey(stack, solver):
    """Every reply on the way to a certificate and its revocation, by step."""
    client = acme.Acme(stack.directory_url, stack.root_file)
    steps = {"newAccount": client.register()}
    steps["newAccount again"] = client.new_account()
    steps["newOrder"] = client.new_order(["traps.example.test"])
    order = steps["newOrder"].json
    steps["authorization"] = client.post(order["authorizations"][0])
    challenge = client.challenge(steps["authorization"].json)
    with solver.answer("", challenge["token"], client.key_authorization(challenge["token"])):
        steps["challenge"] = client.post(challenge["url"], {})
        client.poll(order["authorizations"][0])
    steps["finalize"] = client.finalize(order, acme.csr(acme.Key(), ["traps.example.test"]))
    client.poll(steps["newOrder"].location)
    steps["order"] = client.post(steps["newOrder"].location)
    steps["certificate"] = client.post(steps["order"].json["certificate"])
    steps["error"] = client.finalize(order, acme.csr(acme.Key(), ["traps.example.test"]))
    leaf = acme.certificates(steps["certificate"].text)[0]
    steps["revokeCert"] = client.revoke(leaf.public_bytes(acme.serialization.Encoding.DER))
    client.close()
    return steps


def test_s1_s2_statuses(journey):
    """Exactly: x/crypto, uacme and node look for nothing else."""
    expected = {"newAccount": 201, "newOrder": 201, "error": 403}
    assert {k: r.status for k, r in journey.items()} == {k: expected.get(k, 200) for k in journey}
    for step in ("newAccount", "newAccount again"):
        assert journey[step].location and journey[step].json["status"] == "valid"
    assert journey["newOrder"].location


def test_s5_order_location(journey):
    for step in ("newOrder", "finalize", "order"):
        assert journey[step].location == journey["newOrder"].location


def test_s6_up_from_the_challenge(journey):
    assert journey["challenge"].links("up") == [journey["newOrder"].json["authorizations"][0]]


def test_s7_s80_chain(journey):
    """acmez follows rel=up and fails; mod_md wants two certificates, x/crypto at most five."""
    reply = journey["certificate"]
    assert reply.links("up") == []
    assert 2 <= len(acme.certificates(reply.text)) <= 5
    assert "\r" not in reply.text and reply.text.endswith("-----END CERTIFICATE-----\n") and "\n\n" not in reply.text
    assert reply.text.startswith("-----BEGIN CERTIFICATE-----\n") and reply.text.count("-----BEGIN ") == reply.text.count(
        "-----BEGIN CERTIFICATE-----")


def test_s8_s10_header_form(journey):
    """One link in a field, rel first and quoted; one nonce."""
    for step, reply in journey.items():
        assert reply.all("Link"), step
        for value in reply.all("Link"):
            assert re.fullmatch(r'<https://[^<>,; ]+>;rel="[a-z-]+"', value), (step, value)
        assert len(reply.all("Replay-Nonce")) == 1, step
        assert not [name for name in reply.headers if name.lower().startswith("x-")], step


def test_s9_media_types(journey):
    for step, reply in journey.items():
        if step == "revokeCert":
            continue
        expected = {"certificate": "application/pem-certificate-chain", "error": "application/problem+json"}
        assert reply["Content-Type"] == expected.get(step, "application/json"), step


def test_s11_s21_revocation_is_silent(journey):
    """An empty body is acme.sh's idea of success; certbot needs the nonce even here."""
    assert journey["revokeCert"].body == b"" and journey["revokeCert"]["Replay-Nonce"]


def test_s48_times(journey):
    """RFC 3339 as Go parses it, or no member at all."""
    for reply in journey.values():
        for key, value in re.findall(r'"(expires|validated|notBefore|notAfter|createdAt)":("[^"]*"|[^,}]*)', reply.body.decode()):
            assert re.fullmatch(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', value), (key, value)


def test_s13_retry_after_is_seconds(journey):
    for step in ("newOrder", "challenge"):
        wait = journey[step]["Retry-After"]
        assert wait is None or re.fullmatch("[1-9][0-9]*", wait) and int(wait) <= 600
    assert journey["challenge"]["Retry-After"]


def test_s90_problem(journey):
    found = journey["error"].json
    assert found["status"] == 403 and isinstance(found["status"], int)
    assert not re.search(r'["\r\n]', found["detail"])


# --- requests as clients write them

@pytest.mark.parametrize("write", [lambda x: json.dumps(x, indent=2), lambda x: json.dumps(x, separators=(", ", ": ")),
                                   lambda x: json.dumps(dict(reversed(x.items())))], ids=["certbot", "acme.sh", "reversed"])
def test_s31_spelling_of_json(client, write):
    """The JWS, its header and its payload."""
    parts = {"protected": {"alg": client.key.alg, "kid": client.kid, "nonce": client.nonce(), "url": client.kid},
             "payload": {"contact": ["mailto:a@example.org"], "resource": "reg"}}
    jws = {k: acme.b64u(write(v).encode()) for k, v in parts.items()}
    jws["signature"] = acme.b64u(client.key.sign(f"{jws['protected']}.{jws['payload']}".encode()))
    client.post(client.kid, body=write(jws).encode()).ok()


def test_s3_uacme_looks_for_its_account(stranger):
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)
    made = stranger.new_account({}).ok(201)
    assert stranger.new_account({"onlyReturnExisting": True}).ok(200).location == made.location


def test_s4_account_that_was_lost(client):
    lost = client.kid[:-4] + ("AAAA" if client.kid[-4:] != "AAAA" else "BAAA")
    client.post(client.directory["newOrder"], {"identifiers": []}, kid=lost).problem("accountDoesNotExist", 400)


def test_s12_uacme_gets_nonces(stranger):
    reply = stranger.get(stranger.directory["newNonce"]).ok(204)
    assert reply["Replay-Nonce"] and reply.body == b""


@pytest.mark.parametrize("headers", [
    {"Content-Type": "application/jose+json"},
    {"Accept": "application/json", "Accept-Charset": "utf-8", "Accept-Encoding": "gzip",
     "If-Modified-Since": "Sat, 21 Nov 2026 00:00:00 GMT"}], ids=["node", "acme4j"])
def test_s15_get_with_headers(stranger, headers):
    assert stranger.get(stranger.directory_url, **headers).status in (200, 304)
    assert stranger.request("HEAD", stranger.directory["newNonce"], headers=headers).ok()["Replay-Nonce"]


def test_s35_certbot_asks_with_its_whole_registration(stranger):
    made = stranger.new_account({"contact": ["mailto:a@example.org"], "termsOfServiceAgreed": True}).ok(201)
    again = stranger.new_account({"contact": ["mailto:b@example.org"], "termsOfServiceAgreed": True, "status": "valid",
                                  "orders": "x", "onlyReturnExisting": True}).ok(200)
    assert again.location == made.location and again.json == made.json


def test_s35_contacts_are_cleared(client):
    """By acme.sh and certbot; dehydrated only asks with {}."""
    client.post(client.kid, {"contact": ["mailto:a@example.org"]}).ok()
    assert "contact" not in client.post(client.kid, {"contact": []}).ok().json
    assert client.post(client.kid, {}).ok().json["status"] == "valid"


def test_s36_agreement_where_there_are_no_terms(stranger):
    assert "termsOfService" not in stranger.directory.get("meta", {})
    stranger.new_account({"termsOfServiceAgreed": True}).ok(201)


def test_s38_autocert_gives_up_pending_authorizations(client, name):
    place = client.new_order([name]).ok(201).json["authorizations"][0]
    reply = client.post(place, {"resource": "authz", "status": "deactivated", "delete": True}).ok()
    assert '"status":"deactivated"' in reply.text
    assert '"status":"deactivated"' in client.post(client.kid, {"status": "deactivated"}).ok().text


def test_s46_order_that_failed_is_not_handed_out_again(client, name):
    first = client.new_order([name]).ok(201)
    client.post(first.json["authorizations"][0], {"status": "deactivated"}).ok()
    second = client.new_order([name]).ok(201)
    assert second.location != first.location and second.json["status"] == "pending" and second.json["authorizations"]


def test_s67_what_older_clients_put_into_responses(client, name):
    challenge = client.challenge(client.read(client.new_order([name]).ok(201).json["authorizations"][0]))
    client.post(challenge["url"], {"resource": "challenge", "type": "http-01",
                                   "keyAuthorization": client.key_authorization(challenge["token"])}).ok()


def test_s69_wildcard_is_true_or_absent(client, name):
    order = client.new_order([name, f"*.{name}"]).ok(201).json
    found = [client.read(a) for a in order["authorizations"]]
    assert sorted(str(a.get("wildcard")) for a in found) == ["None", "True"]
    assert {a["identifier"]["value"] for a in found} == {name}

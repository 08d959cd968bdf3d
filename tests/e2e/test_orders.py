# SPDX-License-Identifier: BSD-2-Clause
"""newOrder, order, authorization, challenge and finalize (RFC 8555, 7.4 and 7.5)."""

import datetime

import pytest
from cryptography import x509

import acme

IDENTIFIERS = {
    "none": ([], "malformed"),
    "underscore": (["a_b.example.test"], None),
    "empty": ([""], None),
    "empty label": (["a..example.test"], None),
    "trailing dot": (["example.test."], None),
    "leading hyphen": (["-a.example.test"], None),
    "long label": (["a" * 64 + ".example.test"], None),
    "port": (["example.test:80"], None),
    "URL": (["https://example.test"], None),
    "address": ([{"type": "dns", "value": "127.0.0.1"}], None),
    "single label": (["localhost"], None),
    "star inside": (["a.*.example.test"], None),
    "two stars": (["*.*.example.test"], None),
    "part of a label": (["a*.example.test"], None),
    "U-label": (["b\u00fccher.example.test"], None),
    "bad A-label": (["xn--\u002d.example.test"], None),
    "NUL": (["a\x00b.example.test"], None),
    "other type": ([{"type": "email", "value": "a@example.test"}], "unsupportedIdentifier"),
    "no value": ([{"type": "dns"}], "malformed"),
    "no type": ([{"value": "example.test"}], "malformed"),
    "value is a number": ([{"type": "dns", "value": 1}], "malformed"),
}


@pytest.mark.parametrize("names,kind", IDENTIFIERS.values(), ids=IDENTIFIERS)
def test_identifiers_that_cannot_be(client, names, kind):
    reply = client.new_order(names)
    assert reply.status in (400, 403), reply
    assert reply.json["type"] in {acme.ERROR + k for k in ([kind] if kind else ["malformed", "rejectedIdentifier"])}, reply


def test_case_and_duplicates(client, name):
    order = client.new_order([name, name.upper(), name]).ok(201).json
    assert [i["value"] for i in order["identifiers"]] == [name]
    assert len(order["authorizations"]) == 1


@pytest.mark.parametrize("period", [{"notAfter": "soon"}, {"notAfter": "2001-01-01T00:00:00Z"},
                                    {"notBefore": "2030-01-02T00:00:00Z", "notAfter": "2030-01-01T00:00:00Z"},
                                    {"notAfter": "9999-12-31T23:59:59Z"}, {"notBefore": 5}])
def test_periods_that_cannot_be(client, name, period):
    client.new_order([name], **period).problem("malformed", 400)


@pytest.mark.parametrize("offset", ["+00:00", "+04:00", "-05:30"])
def test_a162_period_is_kept(client, solver, name, offset):
    """To the second, in whichever zone it was written, and shown in UTC."""
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(hours=1)
    end = start + datetime.timedelta(days=2)
    zone = datetime.datetime.strptime(offset, "%z").tzinfo
    created = client.new_order([name], notBefore=start.astimezone(zone).isoformat(),
                               notAfter=end.astimezone(zone).isoformat()).ok(201)
    assert created.json["notBefore"] == start.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert created.json["notAfter"] == end.strftime("%Y-%m-%dT%H:%M:%SZ")
    client.authorize(created.json["authorizations"][0], solver)
    client.finalize(created.json, acme.csr(acme.Key(), [name])).ok()
    leaf = acme.certificates(client.download(client.poll(created.location)["certificate"]).text)[0]
    assert leaf.not_valid_before == start.replace(tzinfo=None) and leaf.not_valid_after == end.replace(tzinfo=None)


def test_others_see_nothing(client, new_client, solver, name):
    url, order = client.ready_order([name], solver)
    other = new_client()
    other.register()
    challenge = client.challenge(client.read(order["authorizations"][0]))
    for place in (url, order["authorizations"][0], challenge["url"], order["finalize"]):
        assert other.post(place).status in (400, 403, 404)
    reply = other.finalize(order, acme.csr(acme.Key(), [name]))
    assert reply.status in (403, 404), reply


def test_payload_of_resources_that_are_only_read(client, name):
    order = client.new_order([name]).ok(201)
    client.post(order.location, {}).problem("malformed", 400)


def test_finalize_too_early(client, name):
    order = client.new_order([name]).ok(201).json
    client.finalize(order, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)


def test_requests_that_do_not_fit(client, solver, name):
    """Each is refused, the order stays ready, and a good one then works."""
    url, order = client.ready_order([name], solver)
    key = acme.Key()
    good = acme.csr(key, [name])
    bad = {
        "another name": acme.csr(key, ["else." + name]),
        "one more name": acme.csr(key, [name, "else." + name]),
        "wildcard": acme.csr(key, ["*." + name]),
        "no name": acme.csr(key, []),
        "account key": acme.csr(client.key, [name]),
        "1024 bits": acme.csr(acme.Key("RS256", bits=1024), [name]),
        "signature": good[:-1] + bytes([good[-1] ^ 1]),
        "trailing garbage": good + b"\x00",
        "cut off": good[:-1],
        "IP address": acme.csr(key, [name, "127.0.0.1"]),
    }
    for what, der in bad.items():
        reply = client.finalize(order, der)
        assert reply.status == 400, f"{what}: {reply}"
        assert reply.json["type"] in {acme.ERROR + k for k in ("badCSR", "badPublicKey", "malformed")}, f"{what}: {reply}"
    for payload in ({}, {"csr": 5}, {"csr": acme.b64u(good) + "="}, {"csr": ""}):
        assert client.post(order["finalize"], payload).status == 400
    assert client.read(url)["status"] == "ready"
    client.finalize(order, good).ok()
    assert client.poll(url)["status"] == "valid"
    client.finalize(order, good).problem("orderNotReady", 403)


def test_extensions_asked_for_are_not_honoured(client, solver, name):
    url, order = client.ready_order([name], solver)
    der = acme.csr(acme.Key(), [name], extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)])
    reply = client.finalize(order, der)
    if reply.status == 200:
        leaf = acme.certificates(client.download(client.poll(url)["certificate"]).text)[0]
        assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    else:
        reply.problem("badCSR", 400)


def test_name_in_common_name_only(client, solver, name):
    url, order = client.ready_order([name], solver)
    reply = client.finalize(order, acme.csr(acme.Key(), [name], common_name=name)).ok()
    assert client.poll(url)["status"] == "valid", reply


def test_authorization_is_deactivated(client, solver, name):
    url, order = client.ready_order([name], solver)
    place = order["authorizations"][0]
    assert client.post(place, {"status": "deactivated"}).ok().json["status"] == "deactivated"
    reply = client.finalize(order, acme.csr(acme.Key(), [name]))
    assert reply.status >= 400, reply
    assert client.new_order([name]).ok(201).json["status"] == "pending"


def test_challenge_answered_twice(client, solver, name):
    order = client.new_order([name]).ok(201).json
    place = order["authorizations"][0]
    challenge = client.challenge(client.read(place))
    with solver.answer(name, challenge["token"], client.key_authorization(challenge["token"])):
        client.post(challenge["url"], {}).ok()
        client.post(challenge["url"], {}).ok()
        assert client.poll(place)["status"] == "valid"
    client.post(challenge["url"], {}).ok()

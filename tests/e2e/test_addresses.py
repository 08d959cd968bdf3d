# SPDX-License-Identifier: BSD-2-Clause
"""IP addresses as identifiers (RFC 8738; conformance D1 to D9)."""

import pytest
from cryptography import x509

import acme

PROFILES = {
    "names": 'identifier-types = {"dns"}',
    "zone": 'allow-suffixes = {"example.test"}',
    "inside": 'allow-addresses = {"127.0.0.0/8", "::1/128"}\n\tdeny-addresses = {"127.9.0.0/16"}',
    "public": "public-names = yes",
    "dns": 'challenges = {"dns-01", "dns-account-01"}',
}


@pytest.fixture(scope="module")
def stack_settings():
    return {"profiles": PROFILES}


@pytest.fixture(scope="module")
def solvers(stack, solver):
    """By address."""
    six = acme.HttpSolver(stack.http_port, "::1")
    yield {"127.0.0.1": solver, "::1": six}
    six.close()


@pytest.mark.parametrize("value", ["127.0.0.1", "::1"])
def test_d1_d2_d4_to_the_certificate(client, solvers, stack, value):
    created = client.new_order([value]).ok(201)
    assert created.json["identifiers"] == [{"type": "ip", "value": value}]
    place, = created.json["authorizations"]
    found = client.read(place)
    assert found["identifier"] == {"type": "ip", "value": value}
    assert not {"wildcard", "subdomainAuthAllowed"} & set(found)
    solvers[value].seen.clear()
    assert client.authorize(place, solvers[value])["status"] == "valid"
    host, _ = solvers[value].seen[-1]
    assert host == (f"[{value}]" if ":" in value else value) + f":{stack.http_port}"
    client.finalize(created.json, acme.csr(acme.Key(), [value])).ok()
    order = client.poll(created.location)
    leaf = acme.certificates(client.download(order["certificate"]).text)[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.IPAddress(acme.address(value))]
    assert client.get(f"{client.directory['renewalInfo']}/{acme.cert_id(leaf)}").ok().json["suggestedWindow"]


def test_with_names_and_both_families(client, solvers, name):
    names = [name, "127.0.0.1", "::1"]
    order = client.new_order(names).ok(201)
    for place in order.json["authorizations"]:
        value = client.read(place)["identifier"]["value"]
        assert client.authorize(place, solvers.get(value, solvers["127.0.0.1"]))["status"] == "valid"
    client.finalize(order.json, acme.csr(acme.Key(), names)).ok()
    leaf = acme.certificates(client.download(client.poll(order.location)["certificate"]).text)[0]
    assert sorted(acme.names_of(leaf)) == sorted(names)


def test_d3_d6_challenges(client):
    """Nothing in DNS is about an address."""
    place, = client.new_order(["127.0.0.1"]).ok(201).json["authorizations"]
    assert {c["type"] for c in client.read(place)["challenges"]} == {"http-01", "tls-alpn-01"}


OTHER_FORMS = {
    "127.1": None, "0127.0.0.1": None, "127.0.0.01": None, "0x7f.0.0.1": None, "2130706433": None, "127.0.0.1.": None,
    "127.0.0.1/32": None, " 127.0.0.1": None, "127.0.0.256": None, "[::1]": None, "::1%lo": None, "fe80::1%eth0": None,
    "example.test": None, "": None, "*.127.0.0.1": None, "1.0.0.127.in-addr.arpa": None, "127.0.0.1:80": None,
    "2001:DB8::1": "2001:db8::1", "2001:db8:0:0::1": "2001:db8::1", "2001:0db8::1": "2001:db8::1", "0::1": "::1",
    "0:0:0:0:0:0:0:1": "::1", "2001:db8::1:0:0:0:1": "2001:db8:0:1::1", "::ffff:7f00:1": "127.0.0.1",
    "::ffff:127.0.0.1": "127.0.0.1",
}


@pytest.mark.parametrize("value,canonical", OTHER_FORMS.items(), ids=ascii)
def test_d1_one_form_only(client, value, canonical):
    identifier = {"type": "ip", "value": value}
    found = client.new_order([identifier]).problem("malformed", 400)
    client.post(client.directory["newAuthz"], {"identifier": identifier}).problem("malformed", 400)
    assert not canonical or canonical in found["detail"]


@pytest.mark.parametrize("profile,value,permitted", [
    ("default", "10.0.0.1", True), ("default", "2001:db8::1", True),
    ("names", "127.0.0.1", False), ("zone", "127.0.0.1", False), ("dns", "127.0.0.1", False),
    ("inside", "127.0.0.1", True), ("inside", "127.9.0.1", False), ("inside", "10.0.0.1", False), ("inside", "::1", True),
    ("inside", "::2", False), ("public", "127.0.0.1", False), ("public", "10.0.0.1", False), ("public", "192.0.2.1", False),
    ("public", "fd00::1", False), ("public", "2001:db8::1", False), ("public", "64:ff9b::a00:1", False),
    ("public", "9.9.9.9", True), ("public", "2620:fe::fe", True)])
def test_d8_d9_policy(client, profile, value, permitted):
    reply = client.new_order([value], profile=profile)
    if permitted:
        reply.ok(201)
    else:
        assert value in reply.problem("rejectedIdentifier", 400)["detail"] or profile == "names"


def test_a163_subproblems(client, name):
    found = client.new_order([name, "10.0.0.1", "10.0.0.2"], profile="zone").problem("rejectedIdentifier", 400)
    assert [s["identifier"] for s in found["subproblems"]] == [{"type": "ip", "value": f"10.0.0.{i}"} for i in (1, 2)]


def test_no_domain_is_above_an_address(client):
    for ancestor in ("0.1", "127.0.0.0", "example.test", "::"):
        client.new_order([{"type": "ip", "value": "127.0.0.1", "ancestorDomain": ancestor}]).problem("malformed", 400)


def test_authorization_ahead_of_the_order(client, solvers):
    reply = client.new_authz("127.0.0.1", subdomainAuthAllowed=True).ok(201)
    assert "subdomainAuthAllowed" not in reply.json
    assert client.authorize(reply.location, solvers["127.0.0.1"])["status"] == "valid"
    order = client.new_order(["127.0.0.1"]).ok(201).json
    assert order["status"] == "ready" and order["authorizations"] == [reply.location]
    assert client.new_order(["127.0.0.2"]).ok(201).json["status"] == "pending"


def test_each_once(client):
    order = client.new_order(["127.0.0.1", "::1", "127.0.0.1"]).ok(201).json
    assert [i["value"] for i in order["identifiers"]] == ["127.0.0.1", "::1"] and len(order["authorizations"]) == 2


def test_d7_requests_that_do_not_fit(client, solvers):
    url, order = client.ready_order(["127.0.0.1"], solvers["127.0.0.1"])
    key = acme.Key()

    def alternative(*names):
        return acme.csr(key, None, extensions=[(x509.SubjectAlternativeName(list(names)), False)])

    for der in (acme.csr(key, None, common_name="127.0.0.1"), alternative(x509.DNSName("127.0.0.1")),
                acme.csr(key, ["127.0.0.2"]), acme.csr(key, ["127.0.0.1", "::1"]), acme.csr(key, ["::ffff:127.0.0.1"]),
                alternative(x509.IPAddress(acme.ipaddress.ip_network("127.0.0.1/32"))),
                alternative(x509.IPAddress(acme.address("127.0.0.1")), x509.DNSName("127.0.0.1"))):
        client.finalize(order, der).problem("badCSR", 400)
    assert client.read(url)["status"] == "ready"
    client.finalize(order, acme.csr(key, ["127.0.0.1"], common_name="127.0.0.1")).ok()
    assert client.poll(url)["status"] == "valid"


def test_revocation_by_who_controls_the_address(client, new_client, solvers):
    leaf = acme.certificates(client.issue(["127.0.0.1"], solvers["127.0.0.1"]))[0]
    other = new_client()
    other.register()
    other.revoke(acme.der_of(leaf)).problem("unauthorized", 403)
    place, = other.new_order(["127.0.0.1"]).ok(201).json["authorizations"]
    other.authorize(place, solvers["127.0.0.1"])
    other.revoke(acme.der_of(leaf)).ok()
    window = client.get(f"{client.directory['renewalInfo']}/{acme.cert_id(leaf)}").ok().json["suggestedWindow"]
    assert window["end"] < acme.time.strftime("%Y-%m-%dT%H:%M:%SZ", acme.time.gmtime())


def test_replacement(client, solvers):
    leaf = acme.certificates(client.issue(["127.0.0.1"], solvers["127.0.0.1"]))[0]
    order = client.new_order(["127.0.0.1"], replaces=acme.cert_id(leaf)).ok(201).json
    assert order["replaces"] == acme.cert_id(leaf)
    client.new_order(["::1"], replaces=acme.cert_id(leaf)).problem("malformed")

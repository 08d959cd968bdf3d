# SPDX-License-Identifier: BSD-2-Clause
"""Authorizations for subdomains (RFC 9444; conformance G1 to G8)."""

import pytest

import acme


@pytest.fixture(scope="module")
def stack_settings(knot):
    return {"resolvers": [knot.address],
            "profile_settings": 'allow-suffixes = {"example.test", "com"}\n\tdeny-suffixes = {"secret.n0.example.test"}',
            "profiles": {"plain": "subdomain-authorizations = no",
                         "inner": 'allow-suffixes = {"n.example.test"}',
                         "web": 'challenges = {"http-01"}'}}


def test_g1_directory(stranger):
    assert stranger.directory["meta"]["subdomainAuthAllowed"] is True


@pytest.mark.parametrize("value,ancestor", [
    ("a.example.test", "a.example.test"), ("a.example.test", "example.com"), ("ooo.example.test", "oo.example.test"),
    ("a.example.test", "b.a.example.test"), ("a.example.test", ""), ("a.example.test", "."),
    ("a.example.test", ".example.test"), ("a.example.test", "example.test."), ("a.example.test", "xample.test"),
    ("a.example.test", "*.example.test"), ("a.example.test", 5), ("a.example.test", ["example.test"])])
def test_g2_no_ancestor(client, value, ancestor):
    client.new_order([{"type": "dns", "value": value, "ancestorDomain": ancestor}]).problem("malformed", 400)


def test_g2_among_others(client):
    found = client.new_order(["good.example.test", {"type": "dns", "value": "a.example.test", "ancestorDomain": "b.test"},
                              {"type": "dns", "value": "b.example.test", "ancestorDomain": "b.test"}]).problem("malformed", 400)
    assert [s["identifier"]["value"] for s in found["subproblems"]] == ["a.example.test", "b.example.test"]


def test_g3_g4_g7_g8_ancestor_is_proved(client, knot, name):
    names = [f"a.{name}", f"b.c.{name}", f"*.{name}", f"*.d.{name}"]
    order = client.new_order([{"type": "dns", "value": n, "ancestorDomain": name.upper()} for n in names]).ok(201)
    assert [i["value"] for i in order.json["identifiers"]] == names
    place, = order.json["authorizations"]
    found = client.read(place)
    assert found["identifier"] == {"type": "dns", "value": name} and found["subdomainAuthAllowed"] is True
    assert "wildcard" not in found, "only for orders for wildcards (RFC 8555, 7.1.4)"
    assert [c["type"] for c in found["challenges"]] == ["dns-01"]
    assert client.authorize(place, knot, "dns-01")["status"] == "valid"
    order = client.read(order.location)
    assert order["status"] == "ready"
    client.finalize(order, acme.csr(acme.Key(), names)).ok()


def test_g3_without_the_wish(client, name):
    """The wish of one name is not that of another."""
    order = client.new_order([f"a.{name}", {"type": "dns", "value": f"b.{name}", "ancestorDomain": name}]).ok(201).json
    first, second = [client.read(place) for place in order["authorizations"]]
    assert first["identifier"]["value"] == f"a.{name}" and "subdomainAuthAllowed" not in first
    assert second["identifier"]["value"] == name and second["subdomainAuthAllowed"] is True


REFUSED = {
    "setting": ({"profile": "plain"}, "a.n.example.test", "n.example.test"),
    "no DNS challenge": ({"profile": "web"}, "a.n.example.test", "n.example.test"),
    "public suffix": ({}, "a.example.com", "com"),
    "single label": ({}, "a.example.test", "test"),
    "above what is permitted": ({"profile": "inner"}, "a.n.example.test", "example.test"),
    "something below is denied": ({}, "a.n0.example.test", "n0.example.test"),
}


@pytest.mark.parametrize("members,value,ancestor", REFUSED.values(), ids=REFUSED)
def test_g3_policy_refuses(client, members, value, ancestor):
    order = client.new_order([{"type": "dns", "value": value, "ancestorDomain": ancestor}], **members).ok(201).json
    found = client.read(order["authorizations"][0])
    assert found["identifier"]["value"] == value and "subdomainAuthAllowed" not in found
    assert "http-01" in {c["type"] for c in found["challenges"]}


def test_g5_new_authz(client, name):
    found = client.new_authz(name, subdomainAuthAllowed=True).ok(201).json
    assert found["subdomainAuthAllowed"] is True and found["identifier"] == {"type": "dns", "value": name}
    assert [c["type"] for c in found["challenges"]] == ["dns-01"]
    for value, members in (("n0.example.test", {"subdomainAuthAllowed": True}), (f"x.{name}", {"subdomainAuthAllowed": False})):
        found = client.new_authz(value, **members).ok(201).json
        assert "subdomainAuthAllowed" not in found and len(found["challenges"]) == 3


def test_g6_covers_what_is_below(client, knot, name):
    place = client.new_authz(name, subdomainAuthAllowed=True).ok(201).location
    assert client.authorize(place, knot, "dns-01")["subdomainAuthAllowed"] is True
    names = [name, f"a.{name}", f"b.c.{name}", f"*.{name}"]
    order = client.new_order(names).ok(201)
    assert order.json["status"] == "ready" and order.json["authorizations"] == [place]
    assert [i["value"] for i in order.json["identifiers"]] == names
    client.finalize(order.json, acme.csr(acme.Key(), names)).ok()
    leaf = acme.certificates(client.download(client.poll(order.location)["certificate"]).text)[0]
    assert sorted(acme.names_of(leaf)) == sorted(names)
    aside = client.new_order([f"x{name}", "example.test"]).ok(201).json
    assert aside["status"] == "pending" and place not in aside["authorizations"]


def test_g6_not_where_the_profile_has_none(client, knot, name):
    place = client.new_authz(name, subdomainAuthAllowed=True).ok(201).location
    client.authorize(place, knot, "dns-01")
    order = client.new_order([f"a.{name}", f"*.{name}", name], profile="plain").ok(201).json
    assert order["status"] == "pending" and [url == place for url in order["authorizations"]] == [False, False, True]


def test_g6_only_with_the_flag(client, knot, name):
    place = client.new_authz(name).ok(201).location
    assert client.authorize(place, knot, "dns-01")["status"] == "valid"
    for below_it in (f"a.{name}", f"*.{name}"):
        assert client.new_order([below_it]).ok(201).json["status"] == "pending"


def test_g6_deactivated(client, knot, name):
    place = client.new_authz(name, subdomainAuthAllowed=True).ok(201).location
    client.authorize(place, knot, "dns-01")
    order = client.new_order([f"a.{name}"]).ok(201)
    client.post(place, {"status": "deactivated"}).ok()
    assert client.read(order.location)["status"] == "invalid"
    assert client.new_order([f"a.{name}"]).ok(201).json["status"] == "pending"


def test_q34_kept_for_the_operator(client, stack, knot, name):
    """Which names were certified, and by which method control of which domain was shown."""
    names = [f"a.{name}", f"*.b.{name}"]
    order = client.new_order([{"type": "dns", "value": n, "ancestorDomain": name} for n in names]).ok(201)
    client.authorize(order.json["authorizations"][0], knot, "dns-01")
    client.finalize(order.json, acme.csr(acme.Key(), names)).ok()
    assert client.poll(order.location)["status"] == "valid"
    shown = stack.chertctl_json("order", "show", order.location)[0]
    authorization, = shown["authorizations"]
    assert shown["names"] == names and authorization["name"] == name
    challenge, = (c for c in authorization["challenges"] if c["status"] == "valid")
    assert challenge["type"] == "dns-01" and [v["status"] for v in challenge["validations"]] == ["valid"]
    log = stack.processes["validator"].log.read_text(encoding="utf-8")
    assert f"chert-validator valid perspective=default type=dns-01 identifier=*.{name} authorization=" in log

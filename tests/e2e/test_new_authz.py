# SPDX-License-Identifier: BSD-2-Clause
"""newAuthz (RFC 8555, 7.4.1; conformance A195 to A199)."""

import pytest

import acme


@pytest.fixture(scope="module")
def stack_settings():
    return {"profile_settings": 'deny-suffixes = {"denied.test"}\n\treuse-authorizations = yes',
            "profiles": {"other": 'allow-suffixes = {"denied.test"}\n\tchallenges = {"dns-01"}'}}


def test_a195_created(client, name):
    reply = client.new_authz(name).ok(201)
    assert reply.json["status"] == "pending" and reply.json["identifier"] == {"type": "dns", "value": name}
    assert {c["type"] for c in reply.json["challenges"]} == {"http-01", "dns-01", "tls-alpn-01"}
    assert not {"wildcard", "subdomainAuthAllowed"} & set(reply.json)
    assert client.read(reply.location) == reply.json


def test_a156_case(client, name):
    assert client.new_authz(name.upper()).ok(201).json["identifier"]["value"] == name


def test_a196_unwilling(client):
    client.post(client.directory["newAuthz"], {"identifier": {"type": "email", "value": "a@example.test"}}).problem(
        "unsupportedIdentifier", 403)
    client.new_authz("localhost").problem("rejectedIdentifier", 403)


def test_settings_are_those_of_the_first_profile_that_permits(client, name):
    found = client.new_authz(f"{name}.denied.test").ok(201).json
    assert [c["type"] for c in found["challenges"]] == ["dns-01"]


@pytest.mark.parametrize("name", ["*.example.test", "*.com", "*"])
def test_a197_wildcards(client, name):
    client.new_authz(name).problem("malformed", 400)


@pytest.mark.parametrize("payload", [
    {}, {"identifier": None}, {"identifier": "example.test"}, {"identifier": []}, {"identifier": {}}, None,
    {"identifier": {"type": "dns"}}, {"identifier": {"value": "example.test"}}, {"identifier": {"type": "dns", "value": 1}},
    {"identifier": {"type": "dns", "value": ""}}, {"identifier": {"type": "dns", "value": "a_b.test"}},
    {"identifier": {"type": "dns", "value": "example.test", "subdomainAuthAllowed": "yes"}}])
def test_payloads(client, payload):
    client.post(client.directory["newAuthz"], payload).problem("malformed", 400)


def test_a198_used_by_the_next_order(client, solver, name):
    place = client.new_authz(name).ok(201).location
    assert client.authorize(place, solver)["status"] == "valid"
    order = client.new_order([name]).ok(201)
    assert order.json["status"] == "ready" and order.json["authorizations"] == [place]
    client.finalize(order.json, acme.csr(acme.Key(), [name])).ok()
    assert client.poll(order.location)["status"] == "valid"


def test_a198_pending_one_is_used_too(client, solver, name):
    place = client.new_authz(name).ok(201).location
    order = client.new_order([name, f"www.{name}"]).ok(201)
    assert order.json["status"] == "pending" and order.json["authorizations"][0] == place
    for url in order.json["authorizations"]:
        client.authorize(url, solver)
    assert client.read(order.location)["status"] == "ready"


def test_a198_not_by_others(client, new_client, solver, name):
    place = client.new_authz(name).ok(201).location
    client.authorize(place, solver)
    other = new_client()
    other.register()
    order = other.new_order([name]).ok(201).json
    assert order["status"] == "pending" and order["authorizations"] != [place]


def test_a199_one_that_is_there(client, solver, name):
    first = client.new_authz(name).ok(201)
    assert client.new_authz(name).ok(200).location == first.location
    client.authorize(first.location, solver)
    again = client.new_authz(name).ok(200)
    assert again.location == first.location and again.json["status"] == "valid"
    client.post(first.location, {"status": "deactivated"}).ok()
    assert client.new_authz(name).ok(201).location != first.location


def test_a206_deactivated_before_finalize(client, solver, name):
    place = client.new_authz(name).ok(201).location
    client.authorize(place, solver)
    order = client.new_order([name]).ok(201)
    client.post(place, {"status": "deactivated"}).ok()
    assert client.read(order.location)["status"] == "invalid"
    client.finalize(order.json, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)


def test_account_is_needed(stranger):
    stranger.post(stranger.directory["newAuthz"], {"identifier": {"type": "dns", "value": "example.test"}}).problem(
        "malformed", 400)

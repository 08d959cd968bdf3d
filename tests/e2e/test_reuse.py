# SPDX-License-Identifier: BSD-2-Clause
"""Orders and authorizations that are used again (RFC 8555, 7.1.3; conformance A151, A165 to A167, S46)."""

import pytest

import acme


@pytest.fixture(scope="module")
def stack_settings():
    both = "reuse-orders = yes\n\treuse-authorizations = yes"
    return {"profiles": {"both": both, "orders": "reuse-orders = yes", "authz": "reuse-authorizations = yes",
                         "brief": f'{both}\n\torder-lifetime = "5min"', "dns": f'{both}\n\tchallenges = {{"dns-01"}}'}}


def test_neither_by_default(client, solver, name):
    first = client.new_order([name]).ok(201)
    client.authorize(first.json["authorizations"][0], solver)
    second = client.new_order([name]).ok(201)
    assert second.location != first.location and second.json["status"] == "pending"
    assert second.json["authorizations"] != first.json["authorizations"]


@pytest.mark.parametrize("profile", ["both", "orders"])
def test_a167_open_order(client, solver, name, profile):
    names = [name, f"www.{name}"]
    first = client.new_order(names, profile=profile).ok(201)
    again = client.new_order(list(reversed(names)), profile=profile).ok(201)
    assert again.location == first.location and again.json == first.json
    for place in first.json["authorizations"]:
        client.authorize(place, solver)
    assert client.new_order(names, profile=profile).ok(201).json["status"] == "ready"
    client.finalize(first.json, acme.csr(acme.Key(), names)).ok()
    client.poll(first.location)
    assert client.new_order(names, profile=profile).ok(201).location != first.location


def test_a167_only_the_same(client, new_client, name):
    asked = {"profile": "both"}
    first = client.new_order([name], **asked).ok(201).location
    other = new_client()
    other.register()
    found = [client.new_order([name, f"www.{name}"], **asked), client.new_order([f"*.{name}"], **asked),
             client.new_order([name], profile="orders"), client.new_order([name], profile="brief"),
             client.new_order([name], notAfter="2027-01-01T00:00:00Z", **asked), other.new_order([name], **asked)]
    assert first not in {reply.ok(201).location for reply in found}


def test_s46_invalid_orders_are_not(client, name):
    first = client.new_order([name], profile="both").ok(201)
    client.post(first.json["authorizations"][0], {"status": "deactivated"}).ok()
    second = client.new_order([name], profile="both").ok(201)
    assert second.location != first.location and second.json["authorizations"] != first.json["authorizations"]


def test_order_that_is_about_to_expire(client, name):
    first = client.new_order([name], profile="brief").ok(201)
    assert client.new_order([name], profile="brief").ok(201).location != first.location


def test_a151_a166_valid_authorization(client, new_client, solver, name):
    _, order = client.ready_order([name], solver, profile="authz")
    again = client.new_order([name], profile="authz").ok(201).json
    assert again["status"] == "ready" and again["authorizations"] == order["authorizations"]
    client.finalize(again, acme.csr(acme.Key(), [name])).ok()
    more = client.new_order([f"www.{name}", name], profile="authz").ok(201).json
    assert more["status"] == "pending" and more["authorizations"][1] == order["authorizations"][0]
    other = new_client()
    other.register()
    assert other.new_order([name], profile="authz").ok(201).json["status"] == "pending"


def test_a166_pending_authorization(client, solver, name):
    first, second = (client.new_order([name], profile="authz").ok(201) for _ in range(2))
    assert first.location != second.location and first.json["authorizations"] == second.json["authorizations"]
    assert client.authorize(first.json["authorizations"][0], solver)["status"] == "valid"
    assert [client.read(order.location)["status"] for order in (first, second)] == ["ready", "ready"]


def test_a166_not_for_wildcards(client, solver, name):
    client.ready_order([name], solver, profile="authz")
    assert client.new_order([f"*.{name}"], profile="authz").ok(201).json["status"] == "pending"


def test_a166_not_once_it_has_failed(client, name):
    place = client.new_order([name], profile="authz").ok(201).json["authorizations"][0]
    client.post(client.challenge(client.read(place))["url"], {}).ok()
    assert client.poll(place)["status"] == "invalid"
    assert client.new_order([name], profile="authz").ok(201).json["authorizations"] != [place]


def test_gained_by_another_challenge(client, solver, name):
    """A profile that wants dns-01 does not take what http-01 has shown."""
    client.ready_order([name], solver, profile="both")
    assert client.new_order([name], profile="dns").ok(201).json["status"] == "pending"

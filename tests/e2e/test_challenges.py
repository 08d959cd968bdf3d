# SPDX-License-Identifier: BSD-2-Clause
"""Challenges and authorizations while they change (RFC 8555, 7.1.6, 7.5)."""

import contextlib

import pytest

import acme

DEACTIVATED = {"status": "deactivated"}


@pytest.fixture(scope="module")
def stack_settings(knot):
    return {"validator_settings": f'stub-zones = {{"{knot.zone}={knot.address}"}}\n\tpoll-interval = "100ms"'}


@contextlib.contextmanager
def slow(solver, client, challenge, seconds):
    with solver.answer("", challenge["token"], client.key_authorization(challenge["token"])):
        solver.delay = seconds
        try:
            yield
        finally:
            solver.delay = 0


def offered(client, name):
    order = client.new_order([name]).ok(201)
    place = order.json["authorizations"][0]
    found = client.read(place)
    return order.location, place, client.challenge(found), client.challenge(found, "dns-01")


def test_a213_tokens_differ(client, name):
    _, _, http, dns = offered(client, name)
    assert http["token"] != dns["token"] and min(len(acme.unb64u(c["token"])) for c in (http, dns)) >= 16


@pytest.mark.parametrize("payload", [b"[]", b"null", b'"x"', b"{"])
def test_a208_responses_that_are_none(client, name, payload):
    _, _, http, _ = offered(client, name)
    client.post(http["url"], payload).problem("malformed", 400)
    assert client.read(http["url"]) == http


@pytest.mark.parametrize("kind", ["dns-account-01", "dns-persist-01", "x", "HTTP-01", "", "h" * 100])
def test_challenge_types_not_offered(client, name, kind):
    _, _, http, _ = offered(client, name)
    client.post(http["url"].removesuffix("http-01") + kind, {}).problem("malformed", 404)


def test_a207_old_members_are_ignored(client, solver, name):
    """And while it is in hand: S64, S68, A18, A171."""
    _, place, http, _ = offered(client, name)
    with slow(solver, client, http, 0.5):
        reply = client.post(http["url"], {"keyAuthorization": "x", "resource": "challenge", "status": "valid", "token": "x"}).ok()
        assert reply.json == http | {"status": "processing"}
        assert reply.links("up") == [place] and reply["Retry-After"]
        assert client.read(place)["status"] == "pending"
        assert client.poll(place)["status"] == "valid"


def test_a203_no_challenge_stays_in_processing(client, solver, name):
    """dns-01 fails at once, since there is no record; http-01 is in hand then."""
    order, place, http, dns = offered(client, name)
    with slow(solver, client, http, 1):
        for challenge in (http, dns):
            client.post(challenge["url"], {}).ok()
        assert client.poll(place)["status"] == "invalid"
        for challenge in (http, dns):
            found = client.read(challenge["url"])
            assert found["status"] == "invalid" and found["error"]["detail"], found
    assert client.read(order)["status"] == "invalid"


def test_a214_deactivated_while_in_hand(client, solver, name):
    order, place, http, dns = offered(client, name)
    with slow(solver, client, http, 0.5):
        client.post(http["url"], {}).ok()
        assert client.post(place, DEACTIVATED).ok().json["status"] == "deactivated"
        assert client.read(http["url"])["status"] == "invalid"
    assert client.read(place)["status"] == "deactivated" and client.read(order)["status"] == "invalid"
    client.post(dns["url"], {}).problem("malformed", 400)
    client.post(place, DEACTIVATED).problem("malformed", 400)


@pytest.mark.parametrize("status", ["valid", "expired", "", 1, None])
def test_a214_other_statuses(client, name, status):
    _, place, _, _ = offered(client, name)
    client.post(place, {"status": status}).problem("malformed", 400)
    assert client.read(place)["status"] == "pending"


def test_a205_valid_authorization_starts_nothing_more(client, solver, name):
    _, place, _, dns = offered(client, name)
    authorization = client.authorize(place, solver)
    client.post(dns["url"], {}).ok()
    assert client.read(place) == authorization
    assert [c["type"] for c in authorization["challenges"]] == ["http-01"]

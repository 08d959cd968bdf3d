# SPDX-License-Identifier: BSD-2-Clause
"""Nonces that are replayed, changed or somebody else's (RFC 8555, 6.5; conformance A63 to A70, S20 to S24)."""

import concurrent.futures

import pytest

import acme

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def send(client, nonce):
    return client.post(client.kid, {}, nonce=nonce)


def refused(reply):
    """acme.sh knows badNonce by this sentence only (S23), lego by the status in the document (S24)."""
    found = reply.problem("badNonce", 400)
    assert found["status"] == 400 and "JWS has an invalid anti-replay nonce" in found["detail"]
    return reply["Replay-Nonce"]


@pytest.mark.parametrize("at", [0, 1, 5, 21, 22, 43])
def test_a65_one_character_changed(client, at):
    nonce = client.nonce()
    changed = nonce[:at] + ALPHABET[(ALPHABET.index(nonce[at]) + 4) % 64] + nonce[at + 1:]
    send(client, refused(send(client, changed))).ok()
    send(client, nonce).ok()


@pytest.mark.parametrize("change", [lambda n: n[:-1], lambda n: n * 2, lambda n: n + "A", lambda n: "A" * len(n)])
def test_a65_another_length(client, change):
    refused(send(client, change(client.nonce())))


@pytest.mark.parametrize("change", [lambda n: n + "=", lambda n: " " + n, lambda n: "+" + n[1:], lambda n: n + "\u00e9"])
def test_a66_not_base64url(client, change):
    send(client, change(client.nonce())).problem("malformed", 400)


def test_a65_replayed_request(client):
    body = acme.compact(client.jws(client.kid, {}))
    client.post(client.kid, body=body).ok()
    refused(client.post(client.kid, body=body))


def test_a40_unverified_request_spends_nothing(client):
    nonce = client.nonce()
    client.post(client.kid, {}, nonce=nonce, signature=bytes(64)).problem("malformed", 400)
    send(client, nonce).ok()


def test_a70_spent_for_every_resource(client, new_client):
    other, nonce = new_client(), client.nonce()
    other.new_account(nonce=nonce).ok(201)
    refused(send(client, nonce))


def test_a67_thirty_at_once(client, new_client):
    clients = [new_client(key=client.key) for _ in range(30)]
    nonce = client.nonce()
    body = acme.compact(client.jws(client.kid, {}, nonce=nonce))
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        replies = list(pool.map(lambda c: c.post(client.kid, body=body), clients))
    assert sorted(r.status for r in replies) == [200] + [400] * 29


def test_a64_s20_canonical(client):
    """What certbot decodes and encodes again is the same."""
    for _ in range(50):
        nonce = client.head(client.directory["newNonce"])["Replay-Nonce"]
        assert acme.b64u(acme.unb64u(nonce)) == nonce

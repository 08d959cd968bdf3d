# SPDX-License-Identifier: BSD-2-Clause
"""revokeCert (RFC 8555, 7.6; conformance A240 to A249): who may, why, and what."""

import pytest

import acme


@pytest.fixture
def issued(client, solver, name):
    """A certificate with two names, its key and its issuer."""
    key = acme.Key()
    leaf, issuer = acme.certificates(client.issue([name, f"www.{name}"], solver, key=key))[:2]
    return acme.der_of(leaf), key, acme.der_of(issuer)


REASONS = [-1, 2, 6, 7, 8, 9, 10, 11, 256, 2**31, 2**63 - 1, -2**63]


def test_a243_reasons(client, issued):
    for reason in REASONS:
        assert str(reason) in client.revoke(issued[0], reason).problem("badRevocationReason", 400)["detail"]
    for reason in (1.5, "1", True, [], {}, 2**63):
        client.revoke(issued[0], reason).problem("malformed", 400)
    client.post(client.directory["revokeCert"], {"certificate": acme.b64u(issued[0]), "reason": None}).ok()


def test_a246_not_the_certificate(client, issued):
    der, _, issuer = issued
    for at in (20, 60, len(der) // 2, len(der) - 40, len(der) - 1):
        changed = client.revoke(der[:at] + bytes([der[at] ^ 1]) + der[at + 1:])
        assert changed.status in (400, 404), f"byte {at}: {changed}"
        changed.problem("malformed")
    for other in (der + b"\0", der[:-1], b"", b"-----BEGIN CERTIFICATE-----\n" + der, b"\x30\x80" + der[4:] + b"\0\0"):
        client.revoke(other).problem("malformed", 400)
    client.revoke(issuer).problem("malformed", 404)
    client.revoke(der).ok()


@pytest.mark.parametrize("payload", [{}, {"certificate": 5}, {"certificate": "AA=="}, {"certificate": None}, None])
def test_payloads(client, payload):
    client.post(client.directory["revokeCert"], payload).problem("malformed", 400)


def test_a240_by_whoever_holds_all_names(client, new_client, issued, solver, name):
    other = new_client()
    other.register()
    for held in (name, f"www.{name}"):
        other.revoke(issued[0]).problem("unauthorized", 403)
        other.ready_order([held], solver)
    other.revoke(issued[0]).ok()
    client.revoke(issued[0]).problem("alreadyRevoked", 400)


def test_a241_keys_that_are_not_the_certificates(client, issued):
    for key in (acme.Key(), client.key):
        client.revoke(issued[0], key=key, jwk=key.jwk()).problem("unauthorized", 403)


def test_a249_a150c_account_is_deactivated(client, stranger, issued):
    """The certificate's key needs no account."""
    der, key, _ = issued
    client.post(client.kid, {"status": "deactivated"}).ok()
    client.revoke(der).problem("unauthorized", 401)
    assert stranger.revoke(der, 3, key=key, jwk=key.jwk()).ok().body == b""
    stranger.revoke(der, key=key, jwk=key.jwk()).problem("alreadyRevoked", 400)


def reason_of(stack, name):
    (found,), = stack.sql(f"select coalesce(reason::text, 'none') from acme.certificates where names ? '{name}'")
    return found


@pytest.mark.parametrize("reason", [None, 0, 1, 3, 4, 5])
def test_a243_a244_reasons_of_the_account(client, issued, stack, name, reason):
    client.revoke(issued[0], reason).ok()
    assert reason_of(stack, name) == str(reason or "none")


@pytest.mark.parametrize("reason,status", [(None, 200), (0, 200), (5, 200), (1, 400), (3, 400), (4, 400)])
def test_a240_reasons_of_who_only_holds_the_names(new_client, issued, solver, name, reason, status):
    other = new_client()
    other.register()
    other.ready_order([name, f"www.{name}"], solver)
    reply = other.revoke(issued[0], reason)
    assert reply.status == status, reply
    if status == 400:
        assert reply.problem("badRevocationReason")["detail"].endswith("0 and 5")


def by_key(client, der, key, reason=None):
    return client.revoke(der, reason, key=key, jwk=key.jwk())


@pytest.mark.parametrize("reason", [None, 0, 4])
def test_a245_by_its_key_it_is_a_compromise(stranger, issued, stack, name, reason):
    assert by_key(stranger, issued[0], issued[1], reason).ok().body == b""
    assert reason_of(stack, name) == "1"


def test_a245_key_is_blocked_for_all(client, new_client, stranger, issued, solver, name):
    der, key, _ = issued
    client.finalize(client.ready_order([name], solver)[1], acme.csr(key, [name])).ok()
    by_key(stranger, der, key).ok()
    url, order = client.ready_order([name], solver)
    client.finalize(order, acme.csr(key, [name])).problem("badCSR", 400)
    assert client.read(url)["status"] == "ready"
    new_client().new_account(key=key).problem("badPublicKey", 400)
    before = client.key
    client.change_key(key).problem("badPublicKey", 400)
    assert client.key is before and client.post(client.kid).ok()


def test_a245_works_although_the_key_is_blocked(client, stranger, solver, name):
    key = acme.Key()
    first, second = (acme.der_of(acme.certificates(client.issue([name], solver, key=key))[0]) for _ in range(2))
    by_key(stranger, first, key).ok()
    by_key(stranger, second, key).ok()
    by_key(stranger, second, key).problem("alreadyRevoked", 400)


def test_a248_upgraded_to_a_compromise(client, stranger, issued, stack, name):
    der, key, _ = issued
    client.revoke(der, 4).ok()
    client.revoke(der, 1).problem("alreadyRevoked", 400)
    assert reason_of(stack, name) == "4"
    by_key(stranger, der, key).ok()
    assert reason_of(stack, name) == "1"
    by_key(stranger, der, key).problem("alreadyRevoked", 400)


def test_a246_expired(client, stranger, issued, stack, name):
    stack.sql(f"update acme.certificates set not_after = now() - interval '1 s' where names ? '{name}'")
    client.revoke(issued[0]).problem("unauthorized", 403)
    by_key(stranger, issued[0], issued[1]).problem("unauthorized", 403)

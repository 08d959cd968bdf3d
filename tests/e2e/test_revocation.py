# SPDX-License-Identifier: BSD-2-Clause
"""revokeCert (RFC 8555, 7.6; conformance A240 to A249): who may, why, and what."""

import pytest
from cryptography.hazmat.primitives import serialization

import acme


def der_of(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


@pytest.fixture
def issued(client, solver, name):
    """A certificate with two names, its key and its issuer."""
    key = acme.Key()
    leaf, issuer = acme.certificates(client.issue([name, f"www.{name}"], solver, key=key))[:2]
    return der_of(leaf), key, der_of(issuer)


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

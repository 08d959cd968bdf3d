# SPDX-License-Identifier: BSD-2-Clause
"""From newAccount to the certificate and its revocation, with every algorithm; the objects on the way."""

import datetime
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

import acme


def check_chain(pem, root_file):
    """Strict PEM (RFC 8555, 9.1), each certificate signed by the next and the last by the root."""
    assert re.fullmatch(r"(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n)+", pem)
    chain = acme.certificates(pem)
    root = x509.load_pem_x509_certificate(root_file.read_bytes())
    assert chain[-1].subject != root.subject, "the root is not part of the chain"
    for lower, upper in zip(chain, chain[1:] + [root]):
        assert lower.issuer == upper.subject
        key = upper.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(lower.signature, lower.tbs_certificate_bytes, ec.ECDSA(lower.signature_hash_algorithm))
        else:
            key.verify(lower.signature, lower.tbs_certificate_bytes, padding.PKCS1v15(), lower.signature_hash_algorithm)
    return chain[0]


def spki(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_every_object_on_the_way(client, solver, name, stack):
    names = [name, f"www.{name}"]
    created = client.new_order(names).ok(201)
    order, url = created.json, created.location
    assert order["status"] == "pending" and "certificate" not in order
    assert sorted(i["value"] for i in order["identifiers"]) == sorted(names)
    assert all(i["type"] == "dns" for i in order["identifiers"])
    assert len(order["authorizations"]) == 2
    assert datetime.datetime.fromisoformat(order["expires"].replace("Z", "+00:00")) > datetime.datetime.now(datetime.timezone.utc)
    for place in order["authorizations"]:
        authorization = client.read(place)
        assert authorization["status"] == "pending" and "wildcard" not in authorization
        challenge = client.challenge(authorization)
        assert challenge["status"] == "pending" and re.fullmatch(r"[A-Za-z0-9_-]{22,}", challenge["token"])
        reply = client.post(challenge["url"]).ok()
        assert reply.json == challenge
        assert reply.links("up") == [place]
        assert client.authorize(place, solver)["status"] == "valid"
        after = client.read(place)
        assert client.challenge(after)["status"] == "valid" and client.challenge(after)["validated"]
    order = client.read(url)
    assert order["status"] == "ready"
    key = acme.Key()
    reply = client.finalize(order, acme.csr(key, names)).ok()
    assert reply.location == url
    assert reply.json["status"] in ("processing", "valid")
    order = client.poll(url)
    assert order["status"] == "valid" and "error" not in order
    reply = client.download(order["certificate"])
    leaf = check_chain(reply.text, stack.root_file)
    assert sorted(acme.names_of(leaf)) == sorted(names)
    assert spki(leaf.public_key()) == spki(key.private.public_key())
    assert client.download(order["certificate"]).body == reply.body


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512", "RS256", "EdDSA"])
def test_account_key_of_each_algorithm(new_client, solver, name, stack, alg):
    client = new_client(key=acme.Key(alg))
    client.register().ok(201)
    check_chain(client.issue([name], solver), stack.root_file)


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512", "RS256"])
def test_certificate_key_of_each_algorithm(client, solver, name, stack, alg):
    key = acme.Key(alg)
    leaf = check_chain(client.issue([name], solver, key=key), stack.root_file)
    assert spki(leaf.public_key()) == spki(key.private.public_key())


def test_leaf_profile(client, solver, name):
    leaf = acme.certificates(client.issue([name], solver))[0]
    extension = leaf.extensions.get_extension_for_class
    assert extension(x509.BasicConstraints).value.ca is False
    assert x509.oid.ExtendedKeyUsageOID.SERVER_AUTH in extension(x509.ExtendedKeyUsage).value
    assert extension(x509.KeyUsage).value.digital_signature and not extension(x509.KeyUsage).value.key_cert_sign
    assert extension(x509.AuthorityKeyIdentifier).value.key_identifier
    assert 64 <= leaf.serial_number.bit_length() <= 159
    assert leaf.not_valid_after - leaf.not_valid_before <= datetime.timedelta(days=91)


def test_second_order_for_the_same_name(client, solver, name):
    first, second = (acme.certificates(client.issue([name], solver))[0] for _ in range(2))
    assert first.serial_number != second.serial_number


def test_authorizations_of_others_do_not_count(new_client, solver, name):
    first, second = new_client(), new_client()
    first.register(), second.register()
    first.issue([name], solver)
    assert second.new_order([name]).ok(201).json["status"] == "pending"


def test_wrong_key_authorization_makes_order_and_authorization_invalid(client, solver, name):
    created = client.new_order([name]).ok(201)
    place = created.json["authorizations"][0]
    challenge = client.challenge(client.read(place))
    with solver.answer(name, challenge["token"], "not the key authorization"):
        client.post(challenge["url"], {}).ok()
        authorization = client.poll(place)
    assert authorization["status"] == "invalid"
    challenge = client.challenge(authorization)
    assert challenge["status"] == "invalid"
    assert challenge["error"]["type"].startswith(acme.ERROR) and challenge["error"]["detail"]
    order = client.read(created.location)
    assert order["status"] == "invalid"
    client.finalize(order, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)


def test_nobody_listens(client, stack, name):
    """No solver answers: the validation says so and the challenge carries it."""
    created = client.new_order([name]).ok(201)
    place = created.json["authorizations"][0]
    challenge = client.challenge(client.read(place))
    client.post(challenge["url"], {}).ok()
    authorization = client.poll(place)
    assert authorization["status"] == "invalid"
    assert client.challenge(authorization)["error"]["type"].startswith(acme.ERROR)


def test_wildcards_are_not_offered_http(client, name):
    order = client.new_order([f"*.{name}", name]).ok(201).json
    found = [client.read(a) for a in order["authorizations"]]
    wild = [a for a in found if a.get("wildcard")]
    assert len(found) == 2 and len(wild) == 1
    assert wild[0]["identifier"]["value"] == name
    assert [c["type"] for c in wild[0]["challenges"]] == ["dns-01"]


@pytest.mark.parametrize("by", ["account", "certificate key"])
def test_revocation(client, stranger, solver, name, by):
    key = acme.Key()
    leaf = acme.certificates(client.issue([name], solver, key=key))[0].public_bytes(serialization.Encoding.DER)
    if by == "account":
        revoke = client.revoke
    else:
        def revoke(der, reason=None):
            return stranger.revoke(der, reason, key=key, jwk=key.jwk())
    revoke(leaf, reason=99).problem("badRevocationReason", 400)
    reply = revoke(leaf, reason=4).ok()
    assert reply.body == b""
    revoke(leaf, reason=4).problem("alreadyRevoked", 400)


def test_revocation_by_somebody_else(client, new_client, solver, name):
    leaf = acme.certificates(client.issue([name], solver))[0].public_bytes(serialization.Encoding.DER)
    other = new_client()
    other.register()
    other.revoke(leaf).problem("unauthorized", 403)
    wrong = acme.Key()
    other.revoke(leaf, key=wrong, jwk=wrong.jwk()).problem("unauthorized", 403)
    client.revoke(leaf[:-1]).problem("malformed", 400)

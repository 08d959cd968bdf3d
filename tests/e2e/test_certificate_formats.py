# SPDX-License-Identifier: BSD-2-Clause
"""Formats of certificates (RFC 8555, 7.4.2, 9.1; conformance A185 to A189, S7, S80)."""

import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7

import acme

PEM, DER, PKCS7 = "application/pem-certificate-chain", "application/pkix-cert", "application/pkcs7-mime"


@pytest.fixture
def url(client, solver, name):
    return client.issue_order([name], solver)["certificate"]


def chain_of(reply):
    """The certificates, whatever the format."""
    reply.ok()
    if reply.media_type == PEM:
        assert re.fullmatch(r"(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n)+", reply.text)
        return acme.certificates(reply.text)
    if reply.media_type == DER:
        return [x509.load_der_x509_certificate(reply.body)]
    assert reply["Content-Type"] == f"{PKCS7}; smime-type=certs-only"
    return pkcs7.load_der_pkcs7_certificates(reply.body)


@pytest.mark.parametrize("accept,kind", [
    (None, PEM), ("*/*", PEM), ("", PEM), ("text/html", PEM), ("application/json", PEM), (f"{PEM};q=0", PEM),
    (PEM, PEM), (f"{DER}, */*", PEM), (DER, DER), (f"{DER}, */*;q=0.1", DER), (f"{PKCS7}, {DER};q=0.5", PKCS7), (PKCS7, PKCS7)])
def test_a185_a188_negotiated(client, url, accept, kind):
    reply = client.post(url, headers={} if accept is None else {"Accept": accept})
    assert reply.ok().media_type == kind


def test_a186_a188_a189_same_certificates(client, url):
    pem = client.post(url).ok()
    whole = chain_of(pem)
    assert len(whole) >= 2, "some clients need the intermediate (S7)"
    assert chain_of(client.post(url, headers={"Accept": DER})) == whole[:1]
    assert set(chain_of(client.post(url, headers={"Accept": PKCS7}))) == set(whole)
    for lower, upper in zip(whole, whole[1:]):
        assert lower.issuer == upper.subject
    assert client.post(url).body == pem.body
    assert not pem.links("up") and not pem.links("alternate") and pem["Replay-Nonce"]


def test_a189_only_for_its_account(client, new_client, url):
    other = new_client()
    other.register()
    for accept in (PEM, DER, PKCS7):
        other.post(url, headers={"Accept": accept}).problem("malformed", 404)
    client.get(url).problem("malformed", 405)

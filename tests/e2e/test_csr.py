# SPDX-License-Identifier: BSD-2-Clause
"""Certificate signing requests that must not be taken, and what of others counts (RFC 8555, 7.4; conformance A173 to A181)."""

import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import acme

NAMES = ["a.csr.example.test", "b.csr.example.test"]
DNS = [x509.DNSName(n) for n in NAMES]
KEY = acme.Key()


class Odd:
    """A key that no account has."""

    alg = "odd"

    def __init__(self, private):
        self.private = private


def with_names(*names, key=KEY, extensions=(), **kwargs):
    """A CSR with these general names."""
    return acme.csr(key, None, extensions=[(x509.SubjectAlternativeName(names), False), *extensions], **kwargs)


GOOD = acme.csr(KEY, NAMES)
REFUSED = {
    "one name less": acme.csr(KEY, NAMES[:1]),
    "one name more": acme.csr(KEY, NAMES + ["c.csr.example.test"]),
    "wildcard more": acme.csr(KEY, NAMES + ["*.csr.example.test"]),
    "trailing dot": acme.csr(KEY, [NAMES[0] + ".", NAMES[1]]),
    "NUL in a name": GOOD.replace(NAMES[1].encode(), NAMES[1].encode()[:-1] + b"\0"),
    "no names": acme.csr(KEY, None),
    "e-mail": with_names(*DNS, x509.RFC822Name("a@example.org")),
    "URI": with_names(*DNS, x509.UniformResourceIdentifier("http://example.org")),
    "IP address": with_names(*DNS, x509.IPAddress(ipaddress.ip_address("192.0.2.1"))),
    "directory name": with_names(*DNS, x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]))),
    "another commonName": acme.csr(KEY, NAMES, common_name="else.example.test"),
    "commonName with a blank": acme.csr(KEY, NAMES, common_name=NAMES[0] + " "),
    "CA": with_names(*DNS, extensions=[(x509.BasicConstraints(True, None), True)]),
    "RSA 1024": acme.csr(acme.Key("RS256", bits=1024), NAMES),
    "P-224": acme.csr(Odd(ec.generate_private_key(ec.SECP224R1())), NAMES),
    "secp256k1": acme.csr(Odd(ec.generate_private_key(ec.SECP256K1())), NAMES),
    "DSA": acme.csr(Odd(dsa.generate_private_key(2048)), NAMES),
    "Ed25519": acme.csr(acme.Key("EdDSA"), NAMES),
    "wrong signature": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
    "PEM": b"-----BEGIN CERTIFICATE REQUEST-----\n" + GOOD,
    "empty": b"",
    "something else": b"\x30\x03\x02\x01\x05",
    "trailing octet": GOOD + b"\0",
    "indefinite length": b"\x30\x80" + GOOD[4:] + b"\0\0",
}


@pytest.fixture(scope="module")
def ready(stack, solver):
    """A client and an order that stays ready (A177)."""
    client = acme.Acme(stack.directory_url, stack.root_file)
    client.register()
    url, order = client.ready_order(NAMES, solver)
    yield client, order
    assert client.read(url)["status"] == "ready"
    client.close()


@pytest.mark.parametrize("der", REFUSED.values(), ids=REFUSED)
def test_refused(ready, der):
    client, order = ready
    client.finalize(order, der).problem("badCSR", 400)


def test_a178_key_of_any_account(ready, new_client):
    other = new_client()
    other.register()
    client, order = ready
    for key in (client.key, other.key):
        client.finalize(order, acme.csr(key, NAMES)).problem("badCSR", 400)


@pytest.mark.parametrize("payload", [{}, {"csr": None}, {"csr": 1}, {"csr": acme.b64u(GOOD) + "="}, {"csr": "A" * 40000}, b"[]"],
                         ids=["missing", "null", "number", "padded", "long", "array"])
def test_a173_payloads(ready, payload):
    client, order = ready
    client.post(order["finalize"], payload).problem("malformed", 400)


def test_a53_finalize_cannot_be_read(ready):
    client, order = ready
    client.post(order["finalize"]).problem("malformed", 400)


def test_a176_a180_a181_only_names_and_key_count(client, solver):
    """Whatever the order, case and number of the names, and whatever else is asked for."""
    url, order = client.ready_order(NAMES, solver)
    key = Odd(rsa.generate_private_key(65537, 2048))
    names = [x509.DNSName(n.upper()) for n in reversed(NAMES)] + DNS
    wanted = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
              (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)]
    client.finalize(order, with_names(*names, key=key, extensions=wanted, common_name=NAMES[1].upper())).ok()
    leaf = acme.certificates(client.download(client.poll(url)["certificate"]).text)[0]
    assert sorted(acme.names_of(leaf)) == NAMES
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CODE_SIGNING not in usage
    assert "1.2.3.4" not in [e.oid.dotted_string for e in leaf.extensions]
    assert leaf.public_key().public_numbers() == key.private.public_key().public_numbers()

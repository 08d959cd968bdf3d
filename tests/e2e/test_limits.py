# SPDX-License-Identifier: BSD-2-Clause
"""A cap on every input, at it and past it."""

import pytest

import acme

MAX_REQUEST = 65536


def padded_request(client, size):
    """A good request of exactly this many bytes: blanks after the JSON text."""
    body = acme.compact(client.jws(client.kid, {}))
    return body + b" " * (size - len(body))


def test_request_body(client):
    client.post(client.kid, body=padded_request(client, MAX_REQUEST)).ok()
    client.post(client.kid, body=padded_request(client, MAX_REQUEST + 1)).problem("malformed", 413)


@pytest.mark.parametrize("count,status", [(100, 201), (101, 400)])
def test_identifiers_in_an_order(client, name, count, status):
    reply = client.new_order([f"h{i}.{name}" for i in range(count)])
    assert reply.status == status, reply
    if status == 201:
        assert len(reply.json["authorizations"]) == count


def test_name_length(client):
    def of_length(n):
        labels = ["a" * 63, "b" * 63, "c" * 63]
        rest = n - len(".".join(labels)) - len(".test") - 1
        return ".".join(labels + ["d" * rest]) + ".test"

    assert len(of_length(253)) == 253
    client.new_order([of_length(253)]).ok(201)
    assert client.new_order([of_length(254)]).status == 400


def test_label_length(client, name):
    client.new_order(["a" * 63 + "." + name]).ok(201)
    assert client.new_order(["a" * 64 + "." + name]).status == 400


def test_contacts(stranger):
    many = [f"mailto:u{i}@example.org" for i in range(11)]
    stranger.new_account({"contact": many}).problem("invalidContact", 400)
    stranger.new_account({"contact": many[:10]}).ok(201)


def test_contact_length(stranger):
    def address(n):
        return "mailto:" + "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * (n - 60 - 1 - 122 - 4) + ".org"

    assert len(address(254)) == 254 + len("mailto:")
    stranger.new_account({"contact": [address(255)]}).problem("invalidContact", 400)
    stranger.new_account({"contact": ["mailto:" + "a" * 65 + "@example.org"]}).problem("invalidContact", 400)
    stranger.new_account({"contact": ["mailto:" + "a" * 64 + "@example.org"]}).ok(201)


@pytest.mark.parametrize("bits,status", [(2048, 201), (4096, 201)])
def test_rsa_account_keys(stranger, bits, status):
    key = acme.Key("RS256", bits=bits)
    assert stranger.new_account(key=key).status == status


def test_rsa_account_key_too_long(stranger):
    """Not generated, which would take long: a modulus of 16384 bits that no signature fits."""
    jwk = {"kty": "RSA", "e": "AQAB", "n": acme.b64u(b"\xc1" * 2048)}
    reply = stranger.new_account(key=acme.Key("RS256"), jwk=jwk)
    assert reply.status == 400, reply
    assert reply.json["type"] in (acme.ERROR + "badPublicKey", acme.ERROR + "malformed"), reply


def test_depth_of_payload(client):
    deep = b'{"a":' * 50 + b"1" + b"}" * 50
    client.post(client.kid, deep).problem("malformed", 400)


def test_members_of_payload(client):
    client.post(client.kid, {f"m{i}": 1 for i in range(2000)}).problem("malformed", 400)


def test_long_url(client):
    base = client.directory_url.rsplit("/", 1)[0]
    reply = client.get(base + "/" + "x" * 3000)
    assert reply.status in (404, 414), reply

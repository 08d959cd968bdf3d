# SPDX-License-Identifier: BSD-2-Clause
"""newAccount and account (RFC 8555, 7.3)."""

import pytest

import acme


def test_new_and_again(stranger):
    first = stranger.new_account({"contact": ["mailto:a@example.org"]}).ok(201)
    assert first.json["status"] == "valid" and first.json["contact"] == ["mailto:a@example.org"]
    again = stranger.new_account({"contact": ["mailto:b@example.org"]}).ok(200)
    assert again.location == first.location
    assert again.json["contact"] == ["mailto:a@example.org"]


def test_only_return_existing(stranger):
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)
    made = stranger.new_account().ok(201)
    assert stranger.new_account({"onlyReturnExisting": True}).ok(200).location == made.location


def test_contacts_are_replaced(client):
    assert client.post(client.kid, {"contact": ["mailto:x@example.org"]}).ok().json["contact"] == ["mailto:x@example.org"]
    assert client.read(client.kid)["contact"] == ["mailto:x@example.org"]
    assert not client.post(client.kid, {"contact": []}).ok().json.get("contact")


CONTACTS = [("tel:+123", "unsupportedContact"), ("mailto:", "invalidContact"), ("mailto:a@b@c", "invalidContact"),
            ("mailto:a@example.org,b@example.org", "invalidContact"), ("mailto:a@example.org?subject=x", "invalidContact"),
            ("mailto:no-at-sign", "invalidContact"), ("nonsense", "unsupportedContact")]


@pytest.mark.parametrize("contact,kind", CONTACTS)
def test_contacts_that_cannot_be(stranger, contact, kind):
    stranger.new_account({"contact": [contact]}).problem(kind, 400)


@pytest.mark.parametrize("contact", ["text", [1], {}])
def test_contacts_of_wrong_type(stranger, contact):
    stranger.new_account({"contact": contact}).problem("malformed", 400)


def test_deactivated(client, name):
    client.new_order([name]).ok(201)
    assert client.post(client.kid, {"status": "deactivated"}).ok().json["status"] == "deactivated"
    client.post(client.kid).problem("unauthorized", 401)
    client.new_order([name]).problem("unauthorized", 401)
    client.new_account({"onlyReturnExisting": True}).problem("unauthorized", 401)


def test_account_of_somebody_else(client, new_client):
    other = new_client()
    other.register()
    reply = client.post(other.kid)
    assert reply.status in (403, 404), reply


def test_public_keys_that_are_refused(stranger):
    weak = acme.Key("RS256", bits=1024)
    stranger.new_account(key=weak).problem("badPublicKey", 400)
    good = stranger.key.jwk()
    off_curve = good | {"y": acme.b64u(bytes(31) + b"\x01")}
    stranger.new_account(jwk=off_curve).problem("badPublicKey", 400)
    for change in ({"x": good["x"] + "AA"}, {"crv": "P-999"}, {"d": acme.b64u(bytes(32))}, {"kty": "oct", "k": "AAAA"}):
        reply = stranger.new_account(jwk=good | change)
        assert reply.status == 400, reply

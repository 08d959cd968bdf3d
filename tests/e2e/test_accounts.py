# SPDX-License-Identifier: BSD-2-Clause
"""newAccount and account (RFC 8555, 7.3)."""

import pytest
from cryptography.hazmat.primitives import serialization

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


def count_accounts(stack):
    return int(stack.sql("select count(*) from acme.accounts")[0][0])


def test_a100_the_account(stranger):
    reply = stranger.new_account({"contact": ["mailto:a@example.org"], "termsOfServiceAgreed": True}).ok(201)
    assert reply.media_type == "application/json"
    assert reply.json == {"status": "valid", "contact": ["mailto:a@example.org"], "termsOfServiceAgreed": True,
                          "orders": reply.location + "/orders"}


def test_a101_everything_else_is_ignored(client):
    before = client.read(client.kid)
    for payload in ({"contact": ["tel:+1"]}, {"contact": ["mailto:?"]}, {"externalAccountBinding": {"protected": "x"}},
                    {"termsOfServiceAgreed": False}, {"onlyReturnExisting": True, "contact": ["mailto:z@example.org"]}):
        reply = client.new_account(payload).ok(200)
        assert reply.location == client.kid and reply.json == before
    assert client.read(client.kid) == before


def test_a102_nothing_is_made(stranger, stack):
    before = count_accounts(stack)
    stranger.new_account({"onlyReturnExisting": True, "termsOfServiceAgreed": True}).problem("accountDoesNotExist", 400)
    assert count_accounts(stack) == before


def test_a110_says_what_is_supported(stranger):
    assert "mailto" in stranger.new_account({"contact": ["tel:+1"]}).problem("unsupportedContact", 400)["detail"]


def test_a114_s35_updates(client):
    """dehydrated reads its account with {}, acme.sh and certbot clear contacts with []."""
    client.post(client.kid, {"contact": ["mailto:x@example.org"]}).ok()
    assert client.post(client.kid, {}).ok().json["contact"] == ["mailto:x@example.org"]
    assert "contact" not in client.post(client.kid, {"contact": []}).ok().json
    assert "contact" not in client.read(client.kid)


def test_a120_revoked(client, stack, name):
    """What only the operator can do."""
    stack.sql(f"update acme.accounts set status = 'revoked' where key_thumbprint = '{client.key.thumbprint()}'")
    client.post(client.kid).problem("unauthorized", 401)
    client.post(client.kid, {"status": "valid"}).problem("unauthorized", 401)
    client.new_account().problem("unauthorized", 401)


def bound(stack, client):
    return stack.sql(f"select eab_kid from acme.accounts where key_thumbprint = '{client.key.thumbprint()}'")[0][0]


def test_a131_binding_where_none_is_required(new_client, stack):
    key = stack.chertctl_json("eab", "create", "--uses", "many")
    assert len(acme.unb64u(key["hmac_key"])) >= 32 and "=" not in key["hmac_key"]  # A135
    client = new_client()
    assert "externalAccountRequired" not in client.directory["meta"]
    client.new_account({"externalAccountBinding": client.binding(key["kid"], key["hmac_key"])}).ok(201)
    assert bound(stack, client) == key["kid"]
    for broken, kind, status in (({"signature": bytes(32)}, "unauthorized", 403), ({"kid": "nobody"}, "unauthorized", 403),
                                 ({"alg": "ES256"}, "malformed", 400)):
        stranger = new_client()
        binding = stranger.binding(broken.pop("kid", key["kid"]), key["hmac_key"], **broken)
        stranger.new_account({"externalAccountBinding": binding}).problem(kind, status)
        stranger.new_account({"externalAccountBinding": None}).ok(201)
        assert bound(stack, stranger) == ""


def test_a150a_a104_deactivated(client, stack, name):
    client.new_order([name]).ok(201)
    assert client.post(client.kid, {"status": "deactivated"}).ok().json["status"] == "deactivated"
    client.post(client.kid).problem("unauthorized", 401)
    client.post(client.kid, {"status": "valid"}).problem("unauthorized", 401)
    client.new_order([name]).problem("unauthorized", 401)
    before = count_accounts(stack)
    client.new_account({"onlyReturnExisting": True}).problem("unauthorized", 401)
    client.new_account().problem("unauthorized", 401)
    assert count_accounts(stack) == before


def test_a150b_what_is_pending_ends(client, stack, solver, name):
    pending = client.new_order([name]).ok(201)
    client.issue([f"v.{name}"], solver)
    client.post(client.kid, {"status": "deactivated"}).ok()
    client.post(pending.location).problem("unauthorized", 401)
    account = f"(select account_id from acme.accounts where key_thumbprint = '{client.key.thumbprint()}')"
    assert sorted(stack.sql(f"select status from acme.orders where account_id = {account}")) == [["invalid"], ["valid"]]
    assert ["pending"] not in stack.sql(f"select status from acme.authorizations where account_id = {account}")
    assert stack.sql(f"select status from acme.certificates where account_id = {account}") == [["valid"]]


def test_a150c_revocation_by_the_certificates_key(client, new_client, solver, name):
    key = acme.Key()
    leaf = acme.certificates(client.issue([name], solver, key=key))[0].public_bytes(serialization.Encoding.DER)
    client.post(client.kid, {"status": "deactivated"}).ok()
    client.revoke(leaf).problem("unauthorized", 401)
    new_client().revoke(leaf, key=key, jwk=key.jwk()).ok(200)


def test_a115_account_of_somebody_else(client, new_client):
    other = new_client()
    other.register()
    nobody = client.kid[:-22] + "AaIAAdB-cIOkNL8nNOKtOw"
    found = [client.post(kid, payload).problem("unauthorized", 403) for kid in (other.kid, nobody)
             for payload in (None, {}, {"status": "deactivated"})]
    assert all(f == found[0] for f in found)
    other.post(other.kid).ok()


def test_public_keys_that_are_refused(stranger):
    weak = acme.Key("RS256", bits=1024)
    stranger.new_account(key=weak).problem("badPublicKey", 400)
    good = stranger.key.jwk()
    off_curve = good | {"y": acme.b64u(bytes(31) + b"\x01")}
    stranger.new_account(jwk=off_curve).problem("badPublicKey", 400)
    for change in ({"x": good["x"] + "AA"}, {"crv": "P-999"}, {"d": acme.b64u(bytes(32))}, {"kty": "oct", "k": "AAAA"}):
        reply = stranger.new_account(jwk=good | change)
        assert reply.status == 400, reply

# SPDX-License-Identifier: BSD-2-Clause
"""External account binding where it is required (RFC 8555, 7.3.4)."""

import json
import os

import pytest

import acme


@pytest.fixture(scope="module")
def stack_settings():
    return {"settings": "external-account-required = yes"}


@pytest.fixture(scope="module")
def mac(stack):
    """A key for many accounts."""
    return stack.chertctl_json("eab", "create", "--uses", "many", "--note", "tests")


def bind(client, handed_out, **broken):
    kid = broken.pop("kid", handed_out["kid"])
    return client.new_account({"externalAccountBinding": client.binding(kid, handed_out["hmac_key"], **broken)})


def bound_accounts(stack, kid):
    return [row[0] for row in stack.sql(f"select account_id from acme.accounts where eab_kid = '{kid}'")]


def test_a93_the_directory_says_so(stranger):
    assert stranger.directory["meta"]["externalAccountRequired"] is True


def test_a130_absent(stranger, stack):
    before = stack.sql("select count(*) from acme.accounts")
    stranger.new_account().problem("externalAccountRequired", 403)
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)
    assert stack.sql("select count(*) from acme.accounts") == before


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a131_good(stranger, stack, mac, alg):
    before = len(bound_accounts(stack, mac["kid"]))
    reply = bind(stranger, mac, alg=alg).ok(201)
    assert reply.json["status"] == "valid"
    assert len(bound_accounts(stack, mac["kid"])) == before + 1


def test_a133_not_echoed(stranger, mac):
    """Against A133: the library below certbot cannot send back an account with that member."""
    assert "externalAccountBinding" not in bind(stranger, mac).ok(201).json


@pytest.mark.parametrize("alg", ["RS256", "ES384", "EdDSA"])
def test_s30_any_account_key(new_client, mac, alg):
    bind(new_client(key=acme.Key(alg)), mac).ok(201)


def test_a132_the_key_however_it_is_written(stranger, mac):
    jwk = dict(reversed(stranger.key.jwk().items())) | {"use": "sig"}
    text = b"\n " + json.dumps(jwk, indent=2).encode() + b"\n"
    bind(stranger, mac, payload=text).ok(201)


BROKEN = {
    "asymmetric": {"alg": "ES256"},
    "nonce": {"protected": {"nonce": "AAAA"}},
    "null nonce": {"protected": {"nonce": None}},
    "url of another resource": {"url": "https://localhost/acme/new-order"},
    "no url": {"drop": ("url",)},
    "no kid": {"drop": ("kid",)},
    "no alg": {"drop": ("alg",)},
    "kid is a number": {"kid": 5},
    "jwk beside kid": {"protected": {"jwk": acme.Key().jwk()}},
    "crit": {"protected": {"crit": ["x"], "x": 1}},
    "other key": {"payload": acme.Key().jwk()},
    "no key": {"payload": {}},
    "payload is a text": {"payload": b'"key"'},
    "empty payload": {"payload": b""},
    "private key": {"payload": {"kty": "oct", "k": "AAAA"}},
    "empty MAC": {"signature": b""},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a132_malformed(stranger, mac, broken):
    bind(stranger, mac, **broken).problem("malformed", 400)
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)


SHAPES = {
    "text": "binding",
    "array": [],
    "empty": {},
    "compact": "a.b.c",
    "unprotected header": lambda b: b | {"header": {}},
    "signatures": lambda b: {"payload": b["payload"], "signatures": [b]},
    "padded payload": lambda b: b | {"payload": b["payload"] + "="},
    "padded MAC": lambda b: b | {"signature": b["signature"] + "="},
    "no payload": lambda b: {k: v for k, v in b.items() if k != "payload"},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a131_not_a_flattened_jws(stranger, mac, shape):
    binding = stranger.binding(mac["kid"], mac["hmac_key"])
    value = shape(binding) if callable(shape) else shape
    stranger.new_account({"externalAccountBinding": value}).problem("malformed", 400)


WRONG_MACS = {
    "truncated": lambda m: m[:-1],
    "longer": lambda m: m + b"\0",
    "one bit": lambda m: m[:-1] + bytes([m[-1] ^ 1]),
    "zeros": lambda m: bytes(len(m)),
}


def detail_of_refusal(client, handed_out, **broken):
    return bind(client, handed_out, **broken).problem("unauthorized", 403)["detail"]


def test_a132_never_said_why(stranger, new_client, stack, mac):
    """Unknown, revoked, expired, used up and a wrong MAC are one to who tries."""
    details = set()
    for change in WRONG_MACS.values():
        class Changed(acme.MacKey):
            def sign(self, data, change=change):
                return change(super().sign(data))
        details.add(detail_of_refusal(stranger, mac, key=Changed(mac["hmac_key"])))
    details.add(detail_of_refusal(stranger, {"kid": mac["kid"], "hmac_key": acme.b64u(os.urandom(32))}))
    for kid in ("nobody", "", "x" * 2048, "käse", "' or true --"):
        details.add(detail_of_refusal(stranger, {"kid": kid, "hmac_key": mac["hmac_key"]}))
    revoked = stack.chertctl_json("eab", "create", "--uses", "many")
    stack.chertctl("eab", "revoke", revoked["kid"])
    details.add(detail_of_refusal(stranger, revoked))
    expired = stack.chertctl_json("eab", "create", "--uses", "many")
    stack.sql(f"update acme.eab_keys set expires_at = now() - interval '1 s' where kid = '{expired['kid']}'")
    details.add(detail_of_refusal(stranger, expired))
    single = stack.chertctl_json("eab", "create")
    bind(new_client(), single).ok(201)
    details.add(detail_of_refusal(stranger, single))
    assert len(details) == 1, details
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)


def test_a134_again_is_the_same_account(stranger, stack):
    single = stack.chertctl_json("eab", "create")
    first = bind(stranger, single).ok(201)
    assert bind(stranger, single).ok(200).location == first.location
    assert stranger.new_account().ok(200).location == first.location
    assert stranger.new_account({"externalAccountBinding": {}}).ok(200).location == first.location
    assert stranger.new_account({"onlyReturnExisting": True}).ok(200).location == first.location
    assert len(bound_accounts(stack, single["kid"])) == 1


def test_a101_not_bound_again(stranger, stack, mac):
    bind(stranger, mac).ok(201)
    other = stack.chertctl_json("eab", "create")
    bind(stranger, other).ok(200)
    assert not bound_accounts(stack, other["kid"])


def test_a113_an_update_does_not_bind(stranger, stack, mac):
    stranger.kid = bind(stranger, mac).ok(201).location
    other = stack.chertctl_json("eab", "create")
    update = {"externalAccountBinding": stranger.binding(other["kid"], other["hmac_key"], url=stranger.kid)}
    assert "externalAccountBinding" not in stranger.post(stranger.kid, update).ok().json
    assert not bound_accounts(stack, other["kid"])


def test_single_use_is_single(new_client, stack):
    for _ in range(5):
        single = stack.chertctl_json("eab", "create")
        replies = acme.together([new_client() for _ in range(10)], lambda c, k=single: bind(c, k))
        assert sorted(r.status for r in replies) == [201] + [403] * 9, replies
        assert len(bound_accounts(stack, single["kid"])) == 1


def test_a107_single_use_by_one_key_at_once(new_client, stack):
    for _ in range(5):
        single, key = stack.chertctl_json("eab", "create"), acme.Key()
        replies = acme.together([new_client(key=key) for _ in range(10)], lambda c, k=single: bind(c, k))
        assert sorted(r.status for r in replies) == [200] * 9 + [201], replies
        assert len({r.location for r in replies}) == 1


def test_orders_are_counted_and_end(stranger, stack, name):
    key = stack.chertctl_json("eab", "create", "--max-orders", "1")
    stranger.kid = bind(stranger, key).ok(201).location
    stranger.new_order([name]).ok(201)
    stranger.new_order([name]).problem("rateLimited", 429)


def test_names_are_limited(stranger, stack, name):
    key = stack.chertctl_json("eab", "create", "--name", "example.test")
    stranger.kid = bind(stranger, key).ok(201).location
    stranger.new_order([name]).ok(201)
    found = stranger.new_order([name, "other.test", "notexample.test"]).problem("rejectedIdentifier")
    assert sorted(s["identifier"]["value"] for s in found["subproblems"]) == ["notexample.test", "other.test"]


def test_revoked_key_ends_orders(stranger, stack, name):
    key = stack.chertctl_json("eab", "create")
    stranger.kid = bind(stranger, key).ok(201).location
    url = stranger.new_order([name]).ok(201).location
    stack.chertctl("eab", "revoke", key["kid"])
    stranger.new_order([name]).problem("unauthorized", 403)
    stranger.post(url).ok()

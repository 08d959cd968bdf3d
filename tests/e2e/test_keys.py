# SPDX-License-Identifier: BSD-2-Clause
"""Account keys that are none, or not good ones (RFC 8555, 6.2; conformance A31, A32, A42)."""

import pytest

import acme

EC = acme.Key().jwk()
RSA_KEY = acme.Key("RS256")
RSA = RSA_KEY.jwk()
MODULUS = acme.unb64u(RSA["n"])
EDWARDS = acme.Key("EdDSA").jwk()
ONE = acme.b64u(bytes(31) + b"\1")


def edwards(first, rest="00" * 30, last="00"):
    return EDWARDS | {"x": acme.b64u(bytes.fromhex(first + rest + last))}


REFUSED = {
    "off the curve": EC | {"y": ONE},
    "zero": EC | {"x": acme.b64u(bytes(32)), "y": acme.b64u(bytes(32))},
    "beyond the field": EC | {"x": acme.b64u(b"\xff" * 32)},
    "leading zero": EC | {"x": acme.b64u(b"\0" + acme.unb64u(EC["x"]))},
    "empty coordinate": EC | {"x": ""},
    "of another curve": EC | {"crv": "P-384"},
    "curve not supported": EC | {"crv": "secp256k1"},
    "kty in small letters": EC | {"kty": "ec"},
    "exponent 1": RSA | {"e": "AQ"},
    "exponent even": RSA | {"e": "AQAA"},
    "exponent with leading zero": RSA | {"e": "AAEAAQ"},
    "exponent of 2048 bits": RSA | {"e": acme.b64u(b"\xff" * 256)},
    "modulus with leading zero": RSA | {"n": acme.b64u(b"\0" + MODULUS)},
    "modulus even": RSA | {"n": acme.b64u(MODULUS[:-1] + b"\2")},
    "modulus of 1024 bits": RSA | {"n": acme.b64u(b"\xc1" + bytes(126) + b"\1")},
    "modulus of 2047 bits": RSA | {"n": acme.b64u(b"\x41" + MODULUS[1:])},
    "modulus divisible by 3": RSA | {"n": acme.b64u(b"\xff" * 256)},
    "modulus of 16384 bits": RSA | {"n": acme.b64u(b"\xc1" * 2048)},
    "Ed448": EDWARDS | {"crv": "Ed448", "x": acme.b64u(bytes(57))},
    "Ed25519 of 31 octets": EDWARDS | {"x": acme.b64u(bytes(31))},
    "Ed25519 neutral": edwards("01"),
    "Ed25519 order 2": edwards("ec", "ff" * 30, "7f"),
    "Ed25519 order 4": edwards("00"),
    "Ed25519 order 8": edwards("26", "e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", "05"),
    "Ed25519 not reduced": edwards("ee", "ff" * 30, "7f"),
}
MALFORMED = {
    "no coordinate": {k: v for k, v in EC.items() if k != "y"},
    "coordinate is a number": EC | {"y": 5},
    "padded": EC | {"y": EC["y"] + "="},
    "private": EC | {"d": EC["x"]},
    "private RSA": RSA | {"p": "AQ"},
    "symmetric": {"kty": "oct", "k": "AAAA"},
    "no kty": {},
    "alg of its own": EC | {"alg": "ES384"},
}


def signer(jwk):
    return RSA_KEY if jwk.get("kty") == "RSA" else acme.Key("EdDSA") if jwk.get("kty") == "OKP" else acme.Key()


@pytest.mark.parametrize("jwk", REFUSED.values(), ids=REFUSED)
def test_a32_refused(stranger, jwk):
    stranger.new_account(jwk=jwk, key=signer(jwk)).problem("badPublicKey", 400)


@pytest.mark.parametrize("jwk", MALFORMED.values(), ids=MALFORMED)
def test_a42_malformed(stranger, jwk):
    stranger.new_account(jwk=jwk, key=signer(jwk)).problem("malformed", 400)


SIGNATURES = {"leading zero": lambda s: b"\0" + s, "shortened": lambda s: s[1:], "zero": lambda s: bytes(len(s)),
              "one": lambda s: bytes(len(s) - 1) + b"\1", "longer than any": lambda s: bytes(1025)}


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
@pytest.mark.parametrize("change", SIGNATURES.values(), ids=SIGNATURES)
def test_a33_signatures(stranger, alg, change):
    key = acme.Key(alg)
    sign = key.sign
    key.sign = lambda data: change(sign(data))
    stranger.new_account(key=key).problem("malformed", 400)


def test_a31_algorithm_of_another_key(stranger):
    stranger.new_account(key=RSA_KEY, alg="ES256").problem("malformed", 400)
    stranger.new_account(key=acme.Key("ES384"), alg="ES256").problem("malformed", 400)


def test_a42_one_key_however_it_is_written(stranger):
    first = stranger.new_account().ok(201)
    written = dict(reversed(stranger.key.jwk().items())) | {"use": "sig", "kid": "mine", "alg": "ES256"}
    assert stranger.new_account(jwk=written).ok(200).location == first.location

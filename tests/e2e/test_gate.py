# SPDX-License-Identifier: BSD-2-Clause
"""What every signed request goes through: media type, JWS, url, nonce, key, payload (RFC 8555, 6)."""

import json

import pytest

import acme


def account_request(client, **broken):
    return client.post(client.kid, {}, **broken)


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/jose", ""])
def test_media_type(client, media_type):
    account_request(client, content_type=media_type).problem("malformed", 415)


BODIES = {
    "not JSON": b"hello",
    "empty": b"",
    "array": b"[]",
    "compact serialization": b'"a.b.c"',
    "no members": b"{}",
    "trailing text": b"{} {}",
    "NUL": b"{\"protected\":\"\\u0000\"}",
    "not UTF-8": b"{\"protected\":\"\xff\"}",
    "deep": b"[" * 5000 + b"]" * 5000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_that_are_no_jws(client, body):
    client.post(client.kid, body=body).problem("malformed", 400)


def mangled(client, change):
    jws = client.jws(client.kid, {})
    change(jws)
    return client.post(client.kid, body=acme.compact(jws))


CHANGES = {
    "no payload": lambda j: j.pop("payload"),
    "no signature": lambda j: j.pop("signature"),
    "empty signature": lambda j: j.update(signature=""),
    "unprotected header": lambda j: j.update(header={}),
    "signatures": lambda j: j.update(signatures=[{"protected": j["protected"], "signature": j["signature"]}]),
    "padded signature": lambda j: j.update(signature=j["signature"] + "=="),
    "standard base64": lambda j: j.update(signature="+/" + j["signature"][2:]),
    "padded protected": lambda j: j.update(protected=j["protected"] + "="),
    "number": lambda j: j.update(payload=1),
    "wrong signature": lambda j: j.update(signature=acme.b64u(bytes(64))),
    "short signature": lambda j: j.update(signature=j["signature"][:-4]),
    "protected is no object": lambda j: j.update(protected=acme.b64u(b"[]")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_mangled_jws(client, change):
    mangled(client, change).problem("malformed", 400)


def test_duplicate_members(client):
    jws = client.jws(client.kid, {})
    text = json.dumps(jws)[:-1] + ', "payload": ""}'
    client.post(client.kid, body=text.encode()).problem("malformed", 400)


@pytest.mark.parametrize("alg", ["none", "HS256", "RS1", "ES999", "PS256"])
def test_algorithms_not_supported(client, alg):
    found = account_request(client, alg=alg).problem("badSignatureAlgorithm", 400)
    assert {"ES256", "RS256"} <= set(found["algorithms"])


HEADERS = {
    "no alg": {"drop": ["alg"]},
    "alg of another key": {"alg": "ES384"},
    "crit": {"protected": {"crit": ["b64"], "b64": False}},
    "empty crit": {"protected": {"crit": []}},
    "b64": {"protected": {"b64": False}},
    "kid and jwk": {"protected": {"jwk": acme.Key().jwk()}},
    "no kid": {"drop": ["kid"]},
    "kid of nobody's server": {"kid": "https://elsewhere.example/acct/1"},
    "kid is a number": {"kid": 1},
    "no url": {"drop": ["url"]},
    "url is a number": {"protected": {"url": 5}},
    "nonce is not base64url": {"nonce": "a+b="},
    "nonce is empty": {"nonce": ""},
    "nonce is a number": {"nonce": 1},
}


@pytest.mark.parametrize("broken", HEADERS.values(), ids=HEADERS)
def test_protected_headers(client, broken):
    account_request(client, **broken).problem("malformed", 400)


def test_jwk_where_kid_is_due(client):
    account_request(client, jwk=client.key.jwk()).problem("malformed", 400)


def test_kid_where_jwk_is_due(client):
    client.post(client.directory["newAccount"], {}, kid=client.kid).problem("malformed", 400)


def test_kid_without_account(client):
    other = client.kid[:-4] + ("AAAA" if client.kid[-4:] != "AAAA" else "BBBB")
    account_request(client, kid=other).problem("accountDoesNotExist", 400)


@pytest.mark.parametrize("change", [lambda u: u + "/", lambda u: u + "?x", lambda u: u.replace("https", "http"),
                                    lambda u: u.replace("localhost", "LOCALHOST"), lambda u: u.replace("acme", "%61cme")])
def test_url_is_not_that_of_the_request(client, change):
    account_request(client, jws_url=change(client.kid)).problem("unauthorized", 403)


def test_signature_by_another_key(client):
    account_request(client, key=acme.Key(), kid=client.kid).problem("malformed", 400)


PAYLOADS = {"array": b"[]", "text": b'"x"', "not JSON": b"{", "duplicate": b'{"a":1,"a":2}', "NaN": b'{"a":NaN}',
            "single quotes": b"{'a':1}", "lone surrogate": b'{"a":"\\ud800"}', "control character": b'{"a":"\x01"}'}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_payloads(client, payload):
    client.post(client.kid, payload).problem("malformed", 400)


def test_unknown_members_are_ignored_and_not_reflected(client):
    assert "surprise" not in client.post(client.kid, {"surprise": 1}).ok().json


# --- nonces

def test_new_nonce(stranger):
    url = stranger.directory["newNonce"]
    head, get = stranger.head(url).ok(200), stranger.get(url).ok(204)
    for reply in (head, get):
        assert reply.body == b"" and "no-store" in reply["Cache-Control"] and reply["Replay-Nonce"]
    assert head["Replay-Nonce"] != get["Replay-Nonce"]


def test_nonces_differ(stranger):
    found = {stranger.head(stranger.directory["newNonce"])["Replay-Nonce"] for _ in range(200)}
    assert len(found) == 200


def test_nonce_is_good_once(client):
    nonce = client.nonce()
    account_request(client, nonce=nonce).ok()
    again = account_request(client, nonce=nonce)
    again.problem("badNonce", 400)
    account_request(client, nonce=again["Replay-Nonce"]).ok()


def test_nonce_is_spent_by_a_failure(client):
    nonce = client.nonce()
    client.post(client.directory["newOrder"], {"identifiers": []}, nonce=nonce).problem("malformed", 400)
    account_request(client, nonce=nonce).problem("badNonce", 400)


def test_nonce_missing_or_invented(client):
    account_request(client, drop=["nonce"]).problem("badNonce", 400)
    account_request(client, nonce="AAAA").problem("badNonce", 400)
    good = client.nonce()
    account_request(client, nonce=good[:-1] + ("A" if good[-1] != "A" else "Q")).problem("badNonce", 400)


def test_nonce_serves_any_account(client, new_client):
    other = new_client()
    other.register()
    account_request(client, nonce=other.nonce()).ok()


# --- resources

def test_directory(stranger):
    reply = stranger.get(stranger.directory_url).ok()
    assert reply.links("index") == []
    assert {"newNonce", "newAccount", "newOrder", "revokeCert"} <= set(reply.json)
    assert stranger.head(stranger.directory_url).ok().body == b""


def test_directory_and_new_nonce_by_post(client):
    assert client.post(client.directory_url).ok().json == client.directory
    client.post(client.directory["newNonce"]).ok()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_methods(client, method):
    reply = client.request(method, client.directory["newOrder"])
    reply.problem("malformed", 405)
    assert "POST" in reply["Allow"]


@pytest.mark.parametrize("resource", ["newAccount", "newOrder", "revokeCert"])
def test_get_is_not_for_signed_resources(client, resource):
    client.get(client.directory[resource]).problem("malformed", 405)


def test_get_of_objects(client, name):
    order = client.new_order([name]).ok(201)
    for url in (client.kid, order.location, order.json["authorizations"][0]):
        client.get(url).problem("malformed", 405)


def test_nothing_there(client):
    base = client.directory_url.rsplit("/", 1)[0]
    for url in (base + "/nothing", base + "/order/", base + "/order/x/y/z", base):
        client.get(url).problem("malformed", 404)


def test_cross_origin(client):
    reply = client.get(client.directory_url, Origin="https://page.example").ok()
    assert reply["Access-Control-Allow-Origin"] == "*"

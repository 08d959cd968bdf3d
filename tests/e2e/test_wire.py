# SPDX-License-Identifier: BSD-2-Clause
"""Headers, JWS and methods that the topic files do not try (RFC 8555, 6; conformance A3 to A70)."""

import os
import signal

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import utils

import acme
from test_web import raw

SIGNED = ["newAccount", "newOrder", "newAuthz", "revokeCert", "keyChange"]


@pytest.fixture(scope="module")
def places(stack, solver):
    """A client and the URLs of one object of each kind."""
    client = acme.Acme(stack.directory_url, stack.root_file)
    client.register()
    url, order = client.ready_order(["wire.example.test"], solver)
    client.finalize(order, acme.csr(acme.Key(), ["wire.example.test"])).ok()
    authorization = order["authorizations"][0]
    yield client, {"order": url, "authorization": authorization, "certificate": client.poll(url)["certificate"],
                   "challenge": client.challenge(client.read(authorization))["url"], "account": client.kid,
                   "orders": client.read(client.kid)["orders"], "finalize": order["finalize"]}
    client.close()


READ = ["order", "authorization", "challenge", "certificate", "account", "orders"]


# --- headers

def test_a3_no_user_agent(stack):
    got = raw(stack, b"GET /acme/directory HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 ")


def test_a4_language_is_not_pretended(client):
    replies = [client.post(client.kid, b"[]", headers=h) for h in ({}, {"Accept-Language": "de, fr;q=0.5"})]
    assert replies[0].json == replies[1].json and replies[1]["Content-Language"] is None


@pytest.mark.parametrize("kind", READ + ["finalize"])
def test_a6_preflight_of_every_object(places, kind):
    client, found = places
    reply = client.request("OPTIONS", found[kind], headers={
        "Origin": "https://page.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"}).ok(204)
    assert "POST" in reply["Access-Control-Allow-Methods"] and int(reply["Access-Control-Max-Age"]) > 0
    assert client.post(found[kind], headers={"Origin": "https://page.example"})["Access-Control-Allow-Origin"] == "*"


def test_a68_replay_nonce_in_the_request(client):
    client.post(client.kid, {}, headers={"Replay-Nonce": client.nonce()}).ok()


# --- methods

@pytest.mark.parametrize("kind", READ + ["finalize"])
def test_a52_get_is_refused(places, kind):
    client, found = places
    client.get(found[kind]).problem("malformed", 405)
    assert "POST" in client.get(found[kind])["Allow"]


@pytest.mark.parametrize("kind", READ)
def test_a50_a63_post_as_get(places, kind):
    """With nonce and index link, which the client insists on."""
    client, found = places
    assert client.post(found[kind]).ok()["Replay-Nonce"]


@pytest.mark.parametrize("kind", ["order", "authorization", "certificate", "orders"])
def test_a55_empty_object_is_no_empty_payload(places, kind):
    client, found = places
    client.post(found[kind], {}).problem("malformed", 400)


@pytest.mark.parametrize("resource", SIGNED)
def test_a53_nothing_to_read(client, resource):
    jwk = {"jwk": client.key.jwk()} if resource == "newAccount" else {}
    client.post(client.directory[resource], **jwk).problem("malformed", 400)


@pytest.mark.parametrize("resource", ["newNonce", "directory"])
def test_a56_head_is_get_without_body(stranger, resource):
    url = stranger.directory_url if resource == "directory" else stranger.directory[resource]
    head, get = stranger.head(url).ok(), stranger.get(url)
    assert head.body == b"" and head["Content-Type"] == get["Content-Type"] and head["Cache-Control"] == get["Cache-Control"]


# --- JWS

@pytest.mark.parametrize("resource", ["newOrder", "newAuthz", "keyChange"])
def test_a35_jwk_is_for_new_accounts(client, resource):
    client.post(client.directory[resource], {}, jwk=client.key.jwk()).problem("malformed", 400)


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a28_public_key_is_no_mac_key(client, alg):
    """What a verifier computes that takes the key's bytes for whatever the header says."""
    public = client.key.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                          serialization.PublicFormat.SubjectPublicKeyInfo)
    jws = client.jws(client.kid, {}, alg=alg)
    mac = hmac.HMAC(public, {"HS256": hashes.SHA256, "HS384": hashes.SHA384, "HS512": hashes.SHA512}[alg]())
    mac.update(f"{jws['protected']}.{jws['payload']}".encode())
    jws["signature"] = acme.b64u(mac.finalize())
    client.post(client.kid, body=acme.compact(jws)).problem("badSignatureAlgorithm", 400)


def test_a33_der_signature(client):
    jws = client.jws(client.kid, {})
    fixed = acme.unb64u(jws["signature"])
    half = len(fixed) // 2
    jws["signature"] = acme.b64u(utils.encode_dss_signature(int.from_bytes(fixed[:half], "big"),
                                                            int.from_bytes(fixed[half:], "big")))
    client.post(client.kid, body=acme.compact(jws)).problem("malformed", 400)


CRIT = {"no array": "x", "null": None, "parameter that is absent": ["exp"], "registered parameter": ["alg"], "numbers": [1]}


@pytest.mark.parametrize("crit", CRIT.values(), ids=CRIT)
def test_a25_crit(client, crit):
    client.post(client.kid, {}, protected={"crit": crit}).problem("malformed", 400)


def test_a43_duplicate_header(client):
    jws = client.jws(client.kid, {})
    header = acme.unb64u(jws["protected"]).decode()
    first = acme.b64u((header[:-1] + ',"url":"https://elsewhere.example/"}').encode())
    jws = {"protected": first, "payload": jws["payload"],
           "signature": acme.b64u(client.key.sign(f"{first}.{jws['payload']}".encode()))}
    client.post(client.kid, body=acme.compact(jws)).problem("malformed", 400)


# --- nonces

def test_a69_nonce_outlives_the_responders(stack, client):
    nonce = client.nonce()
    for pid in stack.responders():
        os.kill(pid, signal.SIGKILL)
    client.close()
    while client.get(client.directory_url).status != 200:
        client.close()
    client.post(client.kid, {}, nonce=nonce).ok()


# --- accounts

@pytest.mark.parametrize("value", ["true", 1, None, []], ids=repr)
def test_a106_agreement_of_the_wrong_type(stranger, value):
    reply = stranger.new_account({"termsOfServiceAgreed": value})
    if value is None:
        reply.ok(201)
    else:
        reply.problem("malformed", 400)


@pytest.mark.parametrize("contact", [[], None], ids=repr)
def test_a112_no_contact(stranger, contact):
    assert "contact" not in stranger.new_account({"contact": contact}).ok(201).json


def test_a103_a37_what_newaccount_ignores(stranger):
    made = stranger.new_account({"onlyReturnExisting": False, "orders": "https://x/", "status": "deactivated",
                                 "surprise": 1}).ok(201)
    assert made.json["status"] == "valid" and made.json["orders"].startswith(stranger.directory_url.rsplit("/", 1)[0])
    assert not {"onlyReturnExisting", "surprise"} & set(made.json)


def test_a113_what_an_update_ignores(client):
    before = client.read(client.kid)
    reply = client.post(client.kid, {"contact": ["mailto:new@example.org"], "orders": "https://x/", "surprise": {},
                                     "termsOfServiceAgreed": True, "externalAccountBinding": {}}).ok()
    assert reply.json == before | {"contact": ["mailto:new@example.org"]}


@pytest.mark.parametrize("status", ["revoked", "valid", "nonsense"])
def test_a116_other_statuses(client, status):
    """Ignored or refused, but never obeyed."""
    assert client.post(client.kid, {"status": status}).status in (200, 400)
    assert client.read(client.kid)["status"] == "valid"

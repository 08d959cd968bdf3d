# SPDX-License-Identifier: BSD-2-Clause
"""The directory, and terms of service that newAccount needs (RFC 8555, 7.1.1, 7.3; conformance A90 to A96, A105)."""

import pytest

import acme

TERMS = "https://ca.example/terms/1"
RESOURCES = {"newNonce", "newAccount", "newOrder", "revokeCert", "keyChange", "newAuthz", "renewalInfo"}


@pytest.fixture(scope="module")
def stack_settings():
    return {"settings": f'terms-of-service = "{TERMS}"\nwebsite = "https://ca.example/"\n'
                        'caa-identities = {"ca.example", "ca2.example"}\n'
                        'profile "short" {\ndescription = "for a day"\nvalidity = "1d"\n}'}


def test_a90_resources(stranger):
    """As an ordinary JSON object, to anybody, without a nonce being needed."""
    reply = stranger.get(stranger.directory_url).ok()
    assert reply.media_type == "application/json"
    assert set(reply.json) == RESOURCES | {"meta"}


def test_a95_a96_s17_urls(stack, stranger):
    """Absolute, https, at the place the client came to, each its own; and S83: no slash that a client would double."""
    urls = [stranger.directory[r] for r in RESOURCES]
    assert all(u.startswith(stack.base_url + "/") and not u.endswith("/") for u in urls)
    assert len({*urls, stack.directory_url}) == len(RESOURCES) + 1


def test_a92_a93_s39_meta(stranger):
    """Members of the types that clients in Go parse strictly."""
    meta = stranger.directory["meta"]
    assert meta["termsOfService"] == TERMS and meta["website"] == "https://ca.example/"
    assert meta["caaIdentities"] == ["ca.example", "ca2.example"]
    assert not {"externalAccountRequired", "issuerDomainNames", "accountHashPrefix"} & set(meta)
    assert set(meta["profiles"]) == {"default", "short"} and meta["profiles"]["short"] == "for a day"
    assert all(isinstance(text, str) for text in meta["profiles"].values())
    assert all(isinstance(value, str) for key, value in stranger.directory.items() if key != "meta")


def test_s16_stays_the_same(stack, new_client):
    before = new_client().directory
    stack.restart_web()
    assert new_client().directory == before


@pytest.mark.parametrize("members", [{}, {"termsOfServiceAgreed": False}], ids=["absent", "false"])
def test_a105_terms_must_be_agreed_to(stranger, members):
    reply = stranger.new_account({"contact": [], **members})
    reply.problem("userActionRequired", 403)
    assert reply.links("terms-of-service") == [TERMS]
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)


def test_a118_terms_link(stranger):
    """With the account, for clients that do not read meta."""
    assert stranger.register().ok(201).links("terms-of-service") == [TERMS]
    assert stranger.post(stranger.kid).ok().links("terms-of-service") == [TERMS]

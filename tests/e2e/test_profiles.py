# SPDX-License-Identifier: BSD-2-Clause
"""Profiles (draft-ietf-acme-profiles; conformance F1 to F6)."""

import datetime

import pytest

import acme

PROFILES = {
    "short": 'description = "Certificates for a day"\n\tvalidity = "1d"',
    "inside": 'allow-suffixes = {"inside.test"}\n\tkey-types = {"p-384"}',
    "leaving": 'description = "Not for long"',
}


@pytest.fixture(scope="module")
def stack_settings():
    return {"profiles": PROFILES, "profile_settings": 'description = "What most want"'}


def lifetime(certificate):
    return certificate.not_valid_after - certificate.not_valid_before + datetime.timedelta(seconds=1)


def test_f1_directory(stranger):
    assert stranger.directory["meta"]["profiles"] == {
        "default": "What most want", "short": "Certificates for a day", "inside": "", "leaving": "Not for long"}


@pytest.mark.parametrize("asked,days", [({}, 90), ({"profile": "default"}, 90), ({"profile": "short"}, 1)])
def test_f2_f4_f6_shown_and_followed(client, solver, name, asked, days):
    profile = asked.get("profile", "default")
    reply = client.new_order([name], **asked).ok(201)
    assert reply.json["profile"] == client.read(reply.location)["profile"] == profile
    order = client.issue_order([name], solver, **asked)
    assert order["profile"] == profile
    leaf = acme.certificates(client.download(order["certificate"]).text)[0]
    assert lifetime(leaf) == datetime.timedelta(days=days)


@pytest.mark.parametrize("profile", ["nonesuch", "Short", "short ", "", "p" * 255])
def test_f3_not_advertised(client, name, profile):
    client.new_order([name], profile=profile).problem("invalidProfile", 400)


@pytest.mark.parametrize("profile", [1, True, ["short"], {"short": 1}, "p" * 256])
def test_f3_no_name(client, name, profile):
    client.new_order([name], profile=profile).problem("malformed", 400)


def test_policy_is_the_profiles(client, solver, name):
    client.new_order([name], profile="inside").problem("rejectedIdentifier", 400)
    client.new_order([name], notAfter="2999-01-01T00:00:00Z", profile="short").problem("malformed", 400)
    client.new_order([f"{name}.inside.test"], profile="inside").ok(201)


def test_f5_profile_is_gone(client, solver, name, stack):
    url, order = client.ready_order([name], solver, profile="leaving")
    stack.reconfigure(profiles={k: v for k, v in PROFILES.items() if k != "leaving"})
    request = acme.csr(acme.Key(), [name])
    assert "leaving" in client.finalize(order, request).problem("invalidProfile", 400)["detail"]
    assert client.read(url)["profile"] == "leaving"
    client.new_order([name], profile="leaving").problem("invalidProfile", 400)
    stack.reconfigure(profiles=PROFILES)
    client.finalize(order, request).ok()
    assert client.poll(url)["status"] == "valid"

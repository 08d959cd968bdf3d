# SPDX-License-Identifier: BSD-2-Clause
"""renewalInfo (RFC 9773, 4; conformance E1 to E8, E15, S83 to S85)."""

import datetime
import re

import pytest

import acme

POLL = 6 * 3600


@pytest.fixture(scope="module")
def stack_settings():
    return {"profiles": {"short": 'validity = "1d"\n\tbackdate = "0s"', "briefest": 'validity = "10min"\n\tbackdate = "0s"'}}


@pytest.fixture
def leaf(client, solver, name):
    return acme.certificates(client.issue([name], solver))[0]


def place(client, certificate):
    return f"{client.directory['renewalInfo']}/{acme.cert_id(certificate)}"


def window(reply):
    found = reply.ok().json["suggestedWindow"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", t) for t in found.values()), found
    start, end = (datetime.datetime.strptime(found[key], "%Y-%m-%dT%H:%M:%SZ") for key in ("start", "end"))
    assert end - start > datetime.timedelta(seconds=1)
    return start, end


def test_e1_s83_directory(stranger, stack):
    assert stranger.directory["renewalInfo"] == f"{stack.base_url}/renewal-info"


def test_e2_e3_e4_e6_two_thirds(stranger, client, leaf):
    reply = stranger.get(place(client, leaf))
    start, end = window(reply)
    born, dies = leaf.not_valid_before, leaf.not_valid_after
    assert abs((start - born) / (dies - born) - 2 / 3) < 0.001 and start < end < dies
    assert reply.media_type == "application/json" and reply["Retry-After"] == str(POLL)
    age = re.fullmatch(r"public, max-age=(\d+)", reply["Cache-Control"])
    assert 0 < int(age[1]) <= POLL and not reply["Replay-Nonce"]
    assert stranger.get(place(client, leaf) + "?x=y").json == reply.json
    head = stranger.head(place(client, leaf)).ok()
    assert head["Content-Length"] == reply["Content-Length"] and head.body == b""


@pytest.mark.parametrize("profile", ["short", "briefest"])
def test_e7_short_lived(client, solver, name, profile):
    found = acme.certificates(client.issue([name], solver, profile=profile))[0]
    start, end = window(client.get(place(client, found)))
    assert found.not_valid_before < start < end <= found.not_valid_after + datetime.timedelta(seconds=1)


def test_e7_revoked(client, leaf):
    client.revoke(acme.der_of(leaf)).ok()
    _, end = window(client.get(place(client, leaf)))
    assert end < datetime.datetime.utcnow()


def test_e15_expired(client, leaf, stack):
    stack.sql(f"""update acme.certificates set not_before = not_before - interval '1 year',
                  not_after = not_after - interval '1 year'
                  where id = '{leaf.serial_number:032x}'""")
    _, end = window(client.get(place(client, leaf)))
    assert end < datetime.datetime.utcnow()


def test_e5_e8_unknown(stranger, client, leaf):
    url = place(client, leaf)
    base, key_id, serial = re.fullmatch(r"(.*/)([^.]+)\.(.+)", url).groups()
    number = acme.unb64u(serial)
    for other in (f"{base}aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", f"{base}aYhba4dGQEHhs3uEe6CuLN4ByNQ.{serial}",
                  f"{base}{key_id}.{acme.b64u(number[1:])}", f"{base}{key_id}.{acme.b64u(bytes([number[0] | 0x80]) + number[1:])}",
                  f"{base}{key_id}.{acme.b64u(number[:-1] + bytes([number[-1] ^ 1]))}"):
        stranger.get(other).problem("malformed", 404)
    for other in (f"{base}{key_id}.{acme.b64u(bytes(1) + number)}", f"{url}=", f"{url}.", f"{url}/", f"{base}{key_id}",
                  f"{base}{serial}.", f"{base}.{serial}", f"{base}.", f"{base}{key_id}.%2e"):
        stranger.get(other).problem("malformed", 400)
    stranger.get(base).problem("malformed", 404)
    stranger.get(base[:-1]).problem("malformed", 404)


def test_only_to_read(client, leaf):
    for payload in ({}, None):
        reply = client.post(place(client, leaf), payload)
        assert "POST" not in reply["Allow"]
        reply.problem("malformed", 405)


def test_pages_of_any_origin_may_ask(stranger, client, leaf):
    reply = stranger.get(place(client, leaf), Origin="https://elsewhere.example").ok()
    assert reply["Access-Control-Allow-Origin"] == "*" and "Retry-After" in reply["Access-Control-Expose-Headers"]

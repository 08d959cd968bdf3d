# SPDX-License-Identifier: BSD-2-Clause
"""Several perspectives on one host, some of which are sent to a liar by their hosts-file: what the client is told, and
what it gets (conformance Q42)."""

import time

import pytest

import acme

PLACES = {"default": "ARIN", "eu": "RIPE", "uk": "RIPE", "ap": "APNIC"}
LIAR = "127.0.0.4"
REMOTE = 'perspectives = {"default", "eu", "uk", "ap"}\n'


def lies(*places):
    """A name that only these are lied to about."""
    return f"{'-'.join(places)}.lie.test"


LIED = [lies("default"), lies("eu"), lies("uk"), lies("ap"), lies("eu", "ap")]


def hosts(place):
    lied = [name for name in LIED if place in name.split(".")[0].split("-")]
    return [f"{LIAR} {' '.join(lied)}", "127.0.0.1 localhost *"]


@pytest.fixture(scope="module")
def stack_settings():
    return {
        "perspectives": {place: {"region": region, "hosts": hosts(place)} for place, region in PLACES.items()},
        "validator_settings": "retries = 1\n\tretry-delay = 100ms\n\tpoll-interval = 200ms",
        "responder_settings": "validation-timeout = 15s",
        "profile_settings": f"{REMOTE}\tquorum = 2",
        "profiles": {"all": REMOTE, "regions": f"{REMOTE}\tquorum = 2\n\tregions = 2",
                     "away": 'perspectives = {"default", "nowhere"}', "alone": 'perspectives = {"eu"}'},
    }


@pytest.fixture(scope="module")
def liar(stack):
    """Answers with the key authorization of somebody else."""
    server = acme.HttpSolver(stack.http_port, host=LIAR)
    yield server
    server.close()


def attempt(client, solver, liar, name, profile):
    """Answers the challenge; (order URL, authorization URL, challenge URL, both servers' answers as context managers)."""
    order = client.new_order([name], profile=profile)
    authorization = order.json["authorizations"][0]
    challenge = client.challenge(client.read(authorization))
    token = challenge["token"]
    served = solver.answer(name, token, client.key_authorization(token))
    forged = liar.answer(name, token, f"{token}.{acme.b64u(bytes(32))}")
    return order.location, authorization, challenge["url"], served, forged


def decide(client, solver, liar, name, profile):
    order, authorization, challenge, served, forged = attempt(client, solver, liar, name, profile)
    with served, forged:
        client.post(challenge, {}).ok()
        return order, client.poll(authorization)


def error_of(authorization):
    return next(c["error"] for c in authorization["challenges"] if "error" in c)


def told(stack, order):
    """What each perspective has found, as the operator sees it."""
    shown = stack.chertctl_json("order", "show", order)[0]["authorizations"][0]
    return {v["perspective"]: v for c in shown["challenges"] for v in c.get("validations") or []}


@pytest.mark.parametrize("name,profile", [
    ("agree.test", "default"), ("agree.test", "all"), ("agree.test", "regions"), ("agree.test", "alone"),
    (lies("eu"), "default"), (lies("eu"), "regions"), (lies("ap"), "default"), (lies("default"), "alone"),
])
def test_enough_agree(stack, solver, liar, new_client, name, profile):
    client = new_client()
    client.register()
    order, authorization = decide(client, solver, liar, name, profile)
    assert authorization["status"] == "valid", authorization
    record = authorization["challenges"][0]["validationRecord"]
    assert [hop["addressUsed"] for hop in record] == ["127.0.0.1"]
    client.finalize(client.read(order), acme.csr(acme.Key(), [name]))
    assert client.poll(order)["status"] == "valid"


@pytest.mark.parametrize("name,profile,says", [
    (lies("eu"), "all", ["of 3 remote", "must be by 3", "eu: "]),
    (lies("ap"), "regions", ["of 3 remote", "in 2 regions", "ap: "]),
    (lies("eu", "ap"), "default", ["of 3 remote", "must be by 2", "eu: ", "ap: "]),
    (lies("default"), "default", ["expected the key authorization"]),
    (lies("default"), "all", ["expected the key authorization"]),
    (lies("eu"), "alone", ["expected the key authorization"]),
])
def test_too_few_agree(stack, solver, liar, new_client, name, profile, says):
    client = new_client()
    client.register()
    order, authorization = decide(client, solver, liar, name, profile)
    assert authorization["status"] == "invalid", authorization
    for text in says:
        assert text in error_of(authorization)["detail"], authorization
    assert client.read(order)["status"] == "invalid"
    assert stack.sql("select count(*) from acme.jobs") == [["0"]]


def test_nothing_is_shown_before_all_is_decided(stack, solver, liar, client):
    order, authorization, challenge, served, forged = attempt(client, solver, liar, "partial.test", "all")
    with served, forged:
        with stack.paused("validator-ap"):
            client.post(challenge, {}).ok()
            deadline = time.monotonic() + 10
            while {p for p, v in told(stack, order).items() if v["status"] == "valid"} != set(PLACES) - {"ap"}:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            shown = client.read(authorization)
            assert shown["status"] == "pending"
            assert not {"error", "validationRecord", "validated"} & set(client.challenge(shown))
            assert client.challenge(shown)["status"] == "processing" and client.read(order)["status"] == "pending"
        assert client.poll(authorization)["status"] == "valid"


def test_perspective_without_a_validator(stack, solver, liar, client):
    order, authorization = decide(client, solver, liar, "away.test", "away")
    assert authorization["status"] == "invalid"
    assert "nowhere" in error_of(authorization)["detail"]
    assert told(stack, order)["default"]["status"] == "valid"


def test_validators_are_shown_with_their_regions(stack):
    shown = [row["value"] for row in stack.chertctl_json("status") if row["name"].startswith("validator ")]
    assert {tuple(text.split()[:2]) for text in shown} == {(f"perspective={p}", f"region={r}") for p, r in PLACES.items()}


def test_lost_perspective_is_caught_up_with(stack, solver, liar, client):
    """Killed with the job in hand; another validator of that perspective takes over when the lease is over."""
    order, authorization, challenge, served, forged = attempt(client, solver, liar, "killed.test", "all")
    with served, forged:
        with stack.paused("validator-eu"):
            client.post(challenge, {}).ok()
        stack.processes["validator-eu"].kill()
        stack.sql("update acme.jobs set run_after = now() where worker is not null")
        stack.start_validator("eu")
        assert client.poll(authorization)["status"] == "valid"
    assert told(stack, order)["eu"]["region"] == "RIPE"

# SPDX-License-Identifier: BSD-2-Clause
"""keyChange (RFC 8555, 7.3.5)."""

import pytest

import acme

OLD = acme.Key()


def same_account(new_client, client, count):
    clients = [new_client(key=client.key) for _ in range(count)]
    for c in clients:
        c.kid = client.kid
    return clients


@pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512", "RS256", "EdDSA"])
def test_a140(new_client, alg):
    client = new_client()
    client.register(contact=["mailto:a@example.org"])
    old, before = client.key, client.read(client.kid)
    reply = client.change_key(acme.Key(alg)).ok(200)
    assert reply.json == before
    assert client.read(client.kid) == before
    client.post(client.kid, key=old).problem("malformed", 400)
    assert client.new_account({"onlyReturnExisting": True}).ok(200).location == client.kid
    client.new_account({"onlyReturnExisting": True}, key=old).problem("accountDoesNotExist", 400)


def test_a140_and_back(client):
    first = client.key
    for _ in range(3):
        client.change_key(acme.Key()).ok()
    client.change_key(first).ok()
    client.post(client.kid).ok()


INNER = {
    "kid": {"protected": {"kid": "https://localhost/acme/account/x"}},
    "kid instead of jwk": {"protected": {"kid": "https://localhost/acme/account/x"}, "drop": ("jwk",)},
    "no jwk": {"drop": ("jwk",)},
    "jwk is a text": {"jwk": "key"},
    "nonce": {"protected": {"nonce": "AAAA"}},
    "null nonce": {"protected": {"nonce": None}},
    "no url": {"drop": ("url",)},
    "url of another resource": {"url": "https://localhost/acme/new-account"},
    "crit": {"protected": {"crit": ["x"], "x": 1}},
    "b64": {"protected": {"b64": False}},
    "no signature": {"signature": b""},
    "wrong signature": {"signature": bytes(64)},
    "DER signature": {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
    "other account": {"payload": {"account": "https://localhost/acme/account/x"}},
    "no account": {"payload": {"account": None}},
    "account is a number": {"payload": {"account": 5}},
    "no old key": {"payload": {"oldKey": None}},
    "old key is a text": {"payload": {"oldKey": "key"}},
    "other old key": {"payload": {"oldKey": OLD.jwk()}},
}


@pytest.mark.parametrize("broken", INNER.values(), ids=INNER)
def test_a141_a142(client, broken):
    client.change_key(acme.Key(), **broken).problem("malformed", 400)
    client.post(client.kid).ok()


def test_a141_signed_by_another_key(client):
    new = acme.Key()
    reply = client.post(client.directory["keyChange"], client.inner_key_change(acme.Key(), jwk=new.jwk()))
    reply.problem("malformed", 400)


def test_a141_signed_by_the_old_key(client):
    """Whoever has the account may not take somebody else's public key for it."""
    inner = client.inner_key_change(client.key, jwk=acme.Key().jwk())
    client.post(client.directory["keyChange"], inner).problem("malformed", 400)


SHAPES = {
    "empty": lambda j: {},
    "no signature": lambda j: {k: v for k, v in j.items() if k != "signature"},
    "unprotected header": lambda j: j | {"header": {}},
    "signatures": lambda j: {"payload": j["payload"], "signatures": [j]},
    "padded": lambda j: j | {"payload": j["payload"] + "="},
    "array": lambda j: [j],
    "text": lambda j: "jws",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a141_flattened(client, shape):
    inner = shape(client.inner_key_change(acme.Key()))
    client.post(client.directory["keyChange"], inner).problem("malformed", 400)


def test_a53_not_readable(client):
    client.post(client.directory["keyChange"]).problem("malformed", 400)
    client.get(client.directory["keyChange"]).problem("malformed", 405)


def test_a35_the_outer_one_needs_kid(client):
    inner = client.inner_key_change(acme.Key())
    client.post(client.directory["keyChange"], inner, jwk=client.key.jwk()).problem("malformed", 400)


def test_a142_the_old_key_however_it_is_written(client):
    jwk = dict(reversed(client.key.jwk().items())) | {"use": "sig", "kid": "mine"}
    client.change_key(acme.Key(), payload={"oldKey": jwk, "resource": "key-change", "newKey": 1}).ok()


def test_a143_key_in_use(client, new_client):
    other = new_client()
    other.register()
    reply = client.change_key(other.key)
    reply.problem("malformed", 409)
    assert reply.location == other.kid
    client.post(client.kid).ok()
    other.post(other.kid).ok()


def test_a143_key_of_a_deactivated_account(client, new_client):
    other = new_client()
    other.register()
    other.post(other.kid, {"status": "deactivated"}).ok()
    reply = client.change_key(other.key)
    reply.problem("malformed", 409)
    assert reply.location == other.kid


def test_a144_the_same_key(client):
    client.change_key(client.key).problem("malformed", 400)


def test_a145_policy(client):
    client.change_key(acme.Key("RS256", bits=1024)).problem("badPublicKey", 400)
    client.change_key(acme.Key(), jwk=acme.Key().jwk() | {"crv": "P-999"}).problem("badPublicKey", 400)
    for alg in ("HS256", "none", "PS256"):
        found = client.change_key(acme.Key(), alg=alg).problem("badSignatureAlgorithm", 400)
        assert "ES256" in found["algorithms"]
    client.change_key(acme.Key(), alg="ES384").problem("malformed", 400)
    client.post(client.kid).ok()


def test_a145_blocked_key(client, stack):
    blocked = acme.Key()
    stack.sql(f"insert into acme.blocked_keys values ('{blocked.thumbprint()}', 'tests')")
    client.change_key(blocked).problem("badPublicKey", 400)
    client.new_account(key=blocked, jwk=blocked.jwk()).problem("badPublicKey", 400)


def test_old_key_is_free(client, new_client):
    """The account's thumbprint goes with its key (RFC 8555, 11.1 asks only that no two accounts share one)."""
    old = client.key
    client.change_key(acme.Key()).ok()
    other = new_client(key=old)
    assert other.register().ok(201).location != client.kid


def test_a146_what_is_pending_goes_on(client, solver, name):
    order = client.new_order([name]).ok(201)
    before = client.key
    client.change_key(acme.Key()).ok()
    assert client.read(order.location)["status"] == "pending"
    assert client.key.thumbprint() != before.thumbprint()
    place = order.json["authorizations"][0]
    assert client.authorize(place, solver)["status"] == "valid"
    assert client.read(order.location)["status"] == "ready"


def test_a146_what_was_answered_keeps_its_key(client, solver, name):
    order = client.new_order([name]).ok(201)
    place = order.json["authorizations"][0]
    challenge = client.challenge(client.read(place))
    solver.delay = 1
    try:
        with solver.answer(name, challenge["token"], client.key_authorization(challenge["token"])):
            client.post(challenge["url"], {}).ok()
            client.change_key(acme.Key()).ok()
            assert client.poll(place)["status"] == "valid"
    finally:
        solver.delay = 0


def test_a150b_deactivated(client):
    client.post(client.kid, {"status": "deactivated"}).ok()
    client.change_key(acme.Key()).problem("unauthorized", 401)


def test_a147_one_wins(client, new_client):
    for _ in range(5):
        clients, keys = same_account(new_client, client, 10), [acme.Key() for _ in range(10)]
        wanted = dict(zip(map(id, clients), keys))
        replies = acme.together(clients, lambda c, w=wanted: c.change_key(w[id(c)]))
        assert sorted(r.status for r in replies) == [200] + [400] * 9, replies
        for c, reply in zip(clients, replies):
            if reply.status == 200:
                client.key = c.key
            else:
                reply.problem("malformed", 400)
        client.post(client.kid).ok()
        for key in keys:
            if key is not client.key:
                client.new_account({"onlyReturnExisting": True}, key=key).problem("accountDoesNotExist", 400)


def test_a147_one_key_for_two_accounts(new_client, stack):
    for _ in range(5):
        key, clients = acme.Key(), [new_client() for _ in range(10)]
        for c in clients:
            c.register()
        replies = acme.together(clients, lambda c, k=key: c.change_key(k))
        assert sorted(r.status for r in replies) == [200] + [409] * 9, replies
        winner = next(c.kid for c, r in zip(clients, replies) if r.status == 200)
        assert {r.location for r in replies if r.status == 409} == {winner}
        assert stack.sql(f"select count(*) from acme.account_keys where thumbprint = '{key.thumbprint()}'") == [["1"]]


def everywhere(clients, **broken):
    """Often and at once, so that every worker gets some of it."""
    return [r for _ in range(5) for r in acme.together(clients, lambda c: c.post(c.kid, **broken))]


@pytest.mark.parametrize("first", ["old", "new"])
def test_no_cache_outlives_it(client, new_client, stack, first):
    """Workers that have the old key at hand refuse it, and take the new one, whichever they see first."""
    clients = same_account(new_client, client, 2 * len(stack.responders()))
    for alg in ("ES256", "RS256"):
        assert {r.status for r in everywhere(clients)} == {200}
        old = client.key
        client.change_key(acme.Key(alg)).ok()
        for c in clients:
            c.key = client.key
        if first == "new":
            assert {r.status for r in everywhere(clients)} == {200}
        for reply in everywhere(clients, key=old):
            reply.problem("malformed", 400)
        assert {r.status for r in everywhere(clients)} == {200}


def test_change_in_the_middle(client, new_client):
    """Requests with either key, while it changes: each is answered by what the account's key is at that moment."""
    old, new = client.key, acme.Key()
    olds, news = same_account(new_client, client, 8), same_account(new_client, client, 8)
    for c in news:
        c.key = new

    def act(c):
        if c is olds[0]:
            return [c.change_key(new)]
        return [c.post(c.kid, {}) for _ in range(20)]

    for replies in acme.together(olds + news, act):
        for reply in replies:
            assert reply.status == 200 or reply.problem("malformed", 400)
    assert olds[1].post(client.kid, key=old).status == 400
    assert news[0].post(client.kid).status == 200

# SPDX-License-Identifier: BSD-2-Clause
"""The same thing asked for many times at once happens once."""

import acme

AT_ONCE = 50


def same_account(new_client, client, count):
    clients = [new_client(key=client.key) for _ in range(count)]
    for c in clients:
        c.kid = client.kid
    return clients


def test_one_key_one_account(new_client, stack):
    key = acme.Key()
    replies = acme.together([new_client(key=key) for _ in range(AT_ONCE)], lambda c: c.new_account())
    assert sorted(r.status for r in replies) == [200] * (AT_ONCE - 1) + [201]
    assert len({r.location for r in replies}) == 1


def test_one_order_one_certificate(client, new_client, solver, name, stack):
    url, order = client.ready_order([name], solver)
    before = int(stack.sql("select count(*) from acme.certificates")[0][0])

    def finalize(c):
        return c.finalize(order, acme.csr(acme.Key(), [name]))

    replies = acme.together(same_account(new_client, client, AT_ONCE), finalize)
    good = [r for r in replies if r.status == 200]
    assert len(good) == 1, [r.status for r in replies]
    for reply in replies:
        if reply.status != 200:
            reply.problem("orderNotReady", 403)
    assert client.poll(url)["status"] == "valid"
    assert int(stack.sql("select count(*) from acme.certificates")[0][0]) == before + 1


def test_one_nonce_one_success(client, new_client):
    for _ in range(10):
        pair = same_account(new_client, client, 2)
        nonce = client.nonce()
        replies = acme.together(pair, lambda c, n=nonce: c.post(c.kid, {}, nonce=n))
        assert sorted(r.status for r in replies) == [200, 400]
        next(r for r in replies if r.status == 400).problem("badNonce", 400)


def test_one_challenge_one_validation(client, new_client, solver, name):
    order = client.new_order([name]).ok(201).json
    place = order["authorizations"][0]
    challenge = client.challenge(client.read(place))
    with solver.answer(name, challenge["token"], client.key_authorization(challenge["token"])):
        replies = acme.together(same_account(new_client, client, 20), lambda c: c.post(challenge["url"], {}))
        assert {r.status for r in replies} == {200}
        assert client.poll(place)["status"] == "valid"
    assert sum(challenge["token"] in path for _, path in solver.seen) == 1


def test_deactivation_against_orders(client, new_client, name):
    """After the deactivation nothing new appears, whoever was first."""
    clients = same_account(new_client, client, 20)

    def act(c):
        if c is clients[0]:
            return c.post(c.kid, {"status": "deactivated"})
        return c.new_order([name])

    replies = acme.together(clients, act)
    replies[0].ok()
    for reply in replies[1:]:
        assert reply.status == 201 or reply.problem("unauthorized", 401)
    client.new_order([name]).problem("unauthorized", 401)

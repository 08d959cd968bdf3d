# SPDX-License-Identifier: BSD-2-Clause
"""The list of an account's orders (RFC 8555, 7.1.2.1)."""

import acme

PAGE = 100


def make_orders(client, name, count):
    return [client.new_order([f"h{i}.{name}"]).ok(201).location for i in range(count)]


def listed(client):
    return [url for page in client.orders() for url in page]


def test_a100_the_account_says_where(stranger):
    account = stranger.register().json
    assert account["orders"] == stranger.kid + "/orders"
    assert stranger.read(stranger.kid)["orders"] == account["orders"]


def test_a119_empty(client):
    reply = client.post(client.read(client.kid)["orders"]).ok()
    assert reply.json == {"orders": []} and not reply.links("next")


def test_a119_newest_first(client, name):
    made = make_orders(client, name, 3)
    assert listed(client) == made[::-1]
    assert all(client.read(url)["status"] == "pending" for url in made)


def test_a119_every_status_but_invalid(client, solver, name):
    invalid = client.new_order([name]).ok(201)
    client.post(invalid.json["authorizations"][0], {"status": "deactivated"}).ok()
    assert client.read(invalid.location)["status"] == "invalid"
    pending = client.new_order([f"p.{name}"]).ok(201).location
    ready, _ = client.ready_order([f"r.{name}"], solver)
    client.issue([f"v.{name}"], solver)
    found = listed(client)
    assert len(found) == 3 and found[1:] == [ready, pending]
    assert [client.read(url)["status"] for url in found] == ["valid", "ready", "pending"]


def test_a119_expired(client, stack, name):
    first, second = make_orders(client, name, 2)
    stack.sql("update acme.orders set expires_at = now() - interval '1 s' where account_id = "
              f"(select account_id from acme.account_keys where thumbprint = '{client.key.thumbprint()}') and "
              "id = (select min(id::text)::uuid from acme.orders where account_id = "
              f"(select account_id from acme.account_keys where thumbprint = '{client.key.thumbprint()}'))")
    assert listed(client) == [second]
    assert client.post(first).status in (200, 404)


def test_a119_pages(client, name):
    made = make_orders(client, name, 2 * PAGE)
    pages = list(client.orders())
    assert [len(p) for p in pages] == [PAGE, PAGE]
    assert sum(pages, []) == made[::-1]
    made += make_orders(client, f"more.{name}", 1)
    pages = list(client.orders())
    assert [len(p) for p in pages] == [PAGE, PAGE, 1]
    assert sum(pages, []) == made[::-1]


def test_a119_stable_under_new_orders(client, name):
    made = make_orders(client, name, PAGE + 5)
    pages = client.orders()
    first = next(pages)
    make_orders(client, f"new.{name}", 7)
    assert first + sum(pages, []) == made[::-1]


def test_a119_the_cursor_is_signed_as_it_is(client, name):
    make_orders(client, name, PAGE + 1)
    url = client.read(client.kid)["orders"]
    following = client.post(url).ok().links("next")[0]
    assert following.startswith(url + "?cursor=")
    client.post(following, jws_url=url).problem("unauthorized", 403)
    client.post(url, jws_url=following).problem("unauthorized", 403)
    client.post(following).ok()


def test_a119_queries_that_chert_did_not_make(client):
    url = client.read(client.kid)["orders"]
    for query in ("?cursor", "?cursor=", "?cursor=x", "?cursor=" + "A" * 23, "?page=2", "?cursor=%41" + "A" * 21,
                  "?cursor=" + "A" * 22 + "&x=1"):
        client.post(url + query).problem("malformed", 400)


def test_a115_somebody_elses(client, new_client, name):
    make_orders(client, name, 1)
    other = new_client()
    other.register()
    nobody = client.kid[:-22] + "AaIAAdB-cIOkNL8nNOKtOw"
    found = [other.post(kid + "/orders").problem("unauthorized", 403) for kid in (client.kid, nobody)]
    assert found[0] == found[1]
    assert listed(other) == []


def test_a52_not_by_get(client):
    reply = client.get(client.kid + "/orders")
    reply.problem("malformed", 405)
    assert "POST" in reply["Allow"] and "GET" not in reply["Allow"]
    client.post(client.kid + "/orders", {}).problem("malformed", 400)


def test_a150b_deactivated(client, name):
    make_orders(client, name, 1)
    client.post(client.kid, {"status": "deactivated"}).ok()
    client.post(client.kid + "/orders").problem("unauthorized", 401)


def test_while_orders_are_made(client, new_client, name):
    """A reader at the same time sees each order at most once, and at the end all of them."""
    def clients(count):
        made = [new_client(key=client.key) for _ in range(count)]
        for c in made:
            c.kid = client.kid
        return made

    def act(c):
        return listed(c) if c is group[0] else make_orders(c, f"c{group.index(c)}.{name}", 20)

    group = clients(8)
    seen, *made = acme.together(group, act)
    made = [url for urls in made for url in urls]
    assert len(seen) == len(set(seen)) and set(seen) <= set(made)
    found = listed(client)
    assert len(found) == len(set(found)) and set(found) == set(made)

# SPDX-License-Identifier: BSD-2-Clause
"""What belongs to another account is answered like what is not there (RFC 8555, 10.5; conformance A54, A115, A184, A256)."""

import pytest

import acme


@pytest.fixture(scope="module")
def places(stack, solver):
    """URLs of each kind of object of one account, whose certificate has been issued."""
    owner = acme.Acme(stack.directory_url, stack.root_file)
    owner.register()
    url, order = owner.ready_order(["foreign.example.test"], solver)
    owner.finalize(order, acme.csr(acme.Key(), ["foreign.example.test"])).ok()
    authorization = order["authorizations"][0]
    certificate = owner.poll(url)["certificate"]
    challenge = owner.challenge(owner.read(authorization))["url"]
    owner.close()
    return {"order": url, "authorization": authorization, "challenge": challenge, "finalize": order["finalize"],
            "certificate": certificate, "account": owner.kid}


def absent(url):
    """The same URL with another id."""
    parts = url.split("/")
    parts[5] = parts[5][:-4] + ("AAAA" if parts[5][-4:] != "AAAA" else "BAAA")
    return "/".join(parts)


def shape(reply):
    return reply.status, reply.body, sorted(k.lower() for k in reply.headers), reply["Location"]


PAYLOADS = {"POST-as-GET": None, "empty object": {}, "deactivation": {"status": "deactivated"},
            "request": {"csr": acme.b64u(acme.csr(acme.Key(), ["foreign.example.test"]))}}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("kind", ["order", "authorization", "challenge", "finalize", "certificate", "account"])
def test_a54_cannot_be_told_from_absent(client, places, kind, payload):
    reply = client.post(places[kind], payload)
    assert reply.status in (400, 403, 404), reply
    assert shape(reply) == shape(client.post(absent(places[kind]), payload))


def test_a54_what_happened_to_it(stack, client, places):
    """Nothing."""
    for kind in places:
        for payload in PAYLOADS.values():
            client.post(places[kind], payload)
    found = stack.sql("select (select count(*) from acme.authorizations where status = 'deactivated'), "
                      "(select count(*) from acme.orders where status <> 'valid')")
    assert [int(n) for n in found[0]] == [0, 0]

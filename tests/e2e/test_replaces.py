# SPDX-License-Identifier: BSD-2-Clause
"""newOrder with replaces (RFC 9773, 5; conformance E9 to E12, S50)."""

import pytest

import acme


@pytest.fixture
def predecessor(client, solver, name):
    return acme.cert_id(acme.certificates(client.issue([name, f"www.{name}"], solver))[0])


def test_e9_reflected(client, solver, name, predecessor):
    url, order = client.ready_order([name], solver, replaces=predecessor)
    assert order["replaces"] == predecessor
    assert client.finalize(order, acme.csr(acme.Key(), [name])).ok().json["replaces"] == predecessor
    assert client.poll(url)["replaces"] == predecessor
    assert "replaces" not in client.new_order([name]).ok(201).json


def test_e11_e12_replaced_for_ever(client, solver, name, predecessor):
    successor = client.issue_order([name], solver, replaces=predecessor)
    client.new_order([name], replaces=predecessor).problem("alreadyReplaced", 409)
    following = acme.cert_id(acme.certificates(client.download(successor["certificate"]).text)[0])
    client.new_order([name], replaces=following).ok(201)


def test_e11_e12_while_it_is_open(client, name, predecessor):
    order = client.new_order([name], replaces=predecessor).ok(201)
    client.new_order([name], replaces=predecessor).problem("alreadyReplaced", 409)
    client.post(order.json["authorizations"][0], {"status": "deactivated"}).ok()
    assert client.read(order.location)["status"] == "invalid"
    assert client.new_order([name], replaces=predecessor).ok(201).json["replaces"] == predecessor


def test_e10_shares_a_name(client, name, predecessor):
    client.new_order([f"*.{name}", f"else.{name}"], replaces=predecessor).problem("malformed", 400)
    client.new_order([f"else.{name}", f"WWW.{name}"], replaces=predecessor).ok(201)


def test_e10_same_account(new_client, name, predecessor):
    other = new_client()
    other.register()
    other.new_order([name], replaces=predecessor).problem("unauthorized", 403)


def changed(text, at):
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]


def test_e10_s50_unknown(client, name, predecessor):
    at = predecessor.index(".")
    for unknown in ("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", changed(predecessor, 0), changed(predecessor, at + 15),
                    f"{predecessor[:at]}.AZMFAAAAcACAAAAAAAAAAQ"):
        assert "replaces" in client.new_order([name], replaces=unknown).problem("malformed", 404)["detail"]


@pytest.mark.parametrize("text", ["", ".", "AA", "AA.AA.AA", "AA==.AQ==", "AA.*", "AAAA.AAB", "A" * 300, 5, ["AA.AQ"]])
def test_e10_s50_malformed(client, name, text):
    assert "replaces" in client.new_order([name], replaces=text).problem("malformed", 400)["detail"]


def test_a_revoked_one_may_be_replaced(client, solver, name):
    leaf = acme.certificates(client.issue([name], solver))[0]
    client.revoke(acme.der_of(leaf)).ok()
    client.new_order([name], replaces=acme.cert_id(leaf)).ok(201)

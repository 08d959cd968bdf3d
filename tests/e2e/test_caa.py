# SPDX-License-Identifier: BSD-2-Clause
"""CAA records between finalize and the certificate (RFC 8659, RFC 8657; conformance A182, B)."""

import contextlib

import pytest

import acme
import dns_server


@pytest.fixture(scope="module")
def knot(tmp_path_factory):
    """For all names on the way up."""
    server = dns_server.Knot(tmp_path_factory.mktemp("knot") / "knot", "test").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def stack_settings(knot):
    return {"resolvers": [knot.address], "settings": 'caa-identities = {"ca.example", "ca2.example"}',
            "profile_settings": "caa-skip-suffixes = {}",
            "profiles": {"never": "caa = no", "elsewhere": 'caa-skip-suffixes = {"example.test"}'}}


@contextlib.contextmanager
def caa(knot, owner, *records):
    for record in records:
        knot.add(owner, "CAA", record)
    try:
        yield
    finally:
        knot.delete(owner, "CAA")


def finalized(client, solver, names, status, kind="http-01", **members):
    """The order as it ends, which must be so."""
    url, order = client.ready_order(names, solver, kind, **members)
    client.finalize(order, acme.csr(acme.Key(), [n["value"] if isinstance(n, dict) else n for n in names])).ok()
    order = client.poll(url)
    assert order["status"] == status, order
    return order


def test_none_is_leave_for_all(client, solver, name):
    finalized(client, solver, [name], "valid")


@pytest.mark.parametrize("record", ['0 issue "ca.example"', '128 issue "CA2.example"', '0 issue "ca.example; x=y"',
                                    '0 issuewild ";"', '0 iodef "mailto:a@example.test"'])
def test_permitted(client, solver, knot, name, record):
    with caa(knot, name, record):
        finalized(client, solver, [name], "valid")


@pytest.mark.parametrize("record", ['0 issue "ca.test"', '0 issue ";"', '0 issue ""', '0 issue "ca.example.test"',
                                    '128 unknown "x"'])
def test_a182_refused(client, solver, knot, name, record):
    """When all authorizations are valid; and a new order, once the record is gone, is not held up by that."""
    with caa(knot, name, record):
        order = finalized(client, solver, [name], "invalid")
    assert "certificate" not in order
    error = order["error"]
    assert error["type"] == acme.ERROR + "caa" and error["status"] == 403 and name in error["detail"]
    assert [s["identifier"] for s in error["subproblems"]] == [{"type": "dns", "value": name}]
    assert not acme.INTERNAL.search(error["detail"])
    finalized(client, solver, [name], "valid")


def test_above(client, solver, knot, name):
    with caa(knot, name, '0 issue "ca.test"'):
        order = finalized(client, solver, [f"a.b.{name}"], "invalid")
        assert order["error"]["type"] == acme.ERROR + "caa"
        with caa(knot, f"b.{name}", '0 issue "ca.example"'):
            finalized(client, solver, [f"a.b.{name}"], "valid")


def test_g9_ancestor_is_not_the_name(client, knot, name):
    """What is proved for a domain above is one thing, what the records of the name say another."""
    identifier = {"type": "dns", "value": f"a.{name}", "ancestorDomain": name}
    with caa(knot, name, '0 issue "ca.example"'), caa(knot, f"a.{name}", '0 issue "ca.test"'):
        order = finalized(client, knot, [identifier], "invalid", "dns-01")
    assert [s["identifier"]["value"] for s in order["error"]["subproblems"]] == [f"a.{name}"]


def test_each_name_that_is_refused(client, solver, knot, name):
    names = [f"{x}.{name}" for x in "abc"]
    with caa(knot, names[0], '0 issue "ca.test"'), caa(knot, names[2], '0 issue ";"'):
        order = finalized(client, solver, names, "invalid")
    assert {s["identifier"]["value"] for s in order["error"]["subproblems"]} == {names[0], names[2]}
    assert {s["type"] for s in order["error"]["subproblems"]} == {acme.ERROR + "caa"}


def test_wildcard(client, knot, name):
    for record, status in (('0 issuewild "ca.test"', "invalid"), ('0 issuewild "ca.example"', "valid")):
        with caa(knot, name, '0 issue "ca.example"', record):
            finalized(client, knot, [f"*.{name}"], status, "dns-01")


def test_rfc8657(client, solver, knot, name):
    """Only that account, only by that method."""
    for parameters, status in ((f"accounturi={client.kid}", "valid"), (f"accounturi={client.kid}x", "invalid"),
                               ("validationmethods=dns-01,http-01", "valid"), ("validationmethods=dns-01", "invalid"),
                               (f"accounturi={client.kid}; validationmethods=http-01", "valid")):
        with caa(knot, name, f'0 issue "ca.example; {parameters}"'):
            finalized(client, solver, [name], status)


def test_d8_addresses_have_none(client, solver, knot, name):
    with caa(knot, name, '0 issue "ca.test"'):
        finalized(client, solver, ["127.0.0.1"], "valid")
        order = finalized(client, solver, ["127.0.0.1", name], "invalid")
    assert [s["identifier"]["type"] for s in order["error"]["subproblems"]] == ["dns"]


@pytest.mark.parametrize("profile", ["never", "elsewhere"])
def test_profiles_that_do_not_ask(client, solver, knot, name, profile):
    with caa(knot, name, '0 issue "ca.test"'):
        finalized(client, solver, [name], "valid", profile=profile)


def test_b20_no_answer_is_no_leave(client, solver, name):
    """Whoever asks Knot about other zones is refused."""
    order = finalized(client, solver, [f"{name}.example"], "invalid")
    assert order["error"]["type"] == acme.ERROR + "dns"


def test_checked_for_each_order(client, solver, knot, name):
    finalized(client, solver, [name], "valid")
    with caa(knot, name, '0 issue "ca.test"'):
        finalized(client, solver, [name], "invalid")


def test_validator_away(client, stack, solver, name):
    """The order waits."""
    url, order = client.ready_order([name], solver)
    with stack.paused("validator"):
        reply = client.finalize(order, acme.csr(acme.Key(), [name])).ok()
        assert reply.json["status"] == "processing" and int(reply["Retry-After"]) > 0
        client.finalize(order, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)
    assert client.poll(url)["status"] == "valid"


def test_shown_to_the_operator(client, stack, solver, knot, name):
    with caa(knot, name, '0 issue "ca.test"'):
        url, order = client.ready_order([name], solver)
        client.finalize(order, acme.csr(acme.Key(), [name])).ok()
        assert client.poll(url)["status"] == "invalid"
    shown = stack.chertctl("order", "show", url.split("/")[-1])
    assert "ca.test" in shown and "caa" in shown.lower()

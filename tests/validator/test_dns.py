# SPDX-License-Identifier: BSD-2-Clause
"""dns-01, dns-account-01 and dns-persist-01 with Knot: records, failures, DNSSEC, and caches in between."""

import base64
import contextlib
import hashlib
import secrets
import signal
import socket
import time
import uuid

import dns.rcode
import pytest

import dns_server
from rig import BUILD, Rig, assert_invalid, assert_valid, digest

ACCOUNT = "https://localhost/acme/account/" + \
    base64.urlsafe_b64encode(uuid.UUID(Rig.account).bytes).rstrip(b"=").decode()
ISSUER = "ca.example"  # caa-identities in rig.py
DAY = 86400


def label(account):
    return "_" + base64.b32encode(hashlib.sha256(account.encode()).digest()[:10]).decode().lower()


def listed(*items):
    return "{" + ", ".join(f'"{item}"' for item in items) + "}"


def queue_and(rig, name, publish, kind="dns-01", **kwargs):
    """The outcome for a name, `publish` having been called with the digest before the validator saw the challenge."""
    with rig.paused():
        authorization, _, key_authorization = rig.queue(name, kind, ring=False, **kwargs)
        publish(digest(key_authorization))
    return rig.outcome(authorization)


# --- dns-01

def test_valid(rig):
    outcome = rig.txt("one.dns.test", lambda d: [d])
    assert_valid(outcome)
    assert outcome.shown == [{"hostname": "_acme-challenge.one.dns.test", "records": 1}]
    assert [a["from"] for a in outcome.record["answers"]] == ["resolvers"]


def test_wildcard_and_several_values(rig):
    assert_valid(rig.txt("two.dns.test", lambda d: ["other", d, "another"], wildcard=True))


def test_strings_are_joined(rig):
    assert_valid(rig.txt("joined.dns.test", lambda d: [f'"{d[:10]}" "{d[10:]}"']))


def test_long_answer_comes_by_tcp(rig):
    assert_valid(rig.txt("long.dns.test", lambda d: [*(f'"{i}{"x" * 200}"' for i in range(30)), d]))


def test_alias_is_followed(rig):
    rig.knot.add("_acme-challenge.alias.dns.test", "CNAME", "target.elsewhere.dns.test.")
    assert_valid(queue_and(rig, "alias.dns.test", lambda d: rig.knot.add("target.elsewhere.dns.test", "TXT", d)))


def test_alias_of_a_tree_is_followed(rig):
    rig.knot.add("tree.dns.test", "DNAME", "forest.dns.test.")
    assert_valid(queue_and(rig, "tree.dns.test", lambda d: rig.knot.add("_acme-challenge.forest.dns.test", "TXT", d)))


def test_alias_in_a_ring(rig):
    rig.knot.add("_acme-challenge.ring.dns.test", "CNAME", "other.ring.dns.test.")
    rig.knot.add("other.ring.dns.test", "CNAME", "_acme-challenge.ring.dns.test.")
    authorization, *_ = rig.queue("ring.dns.test", "dns-01")
    assert_invalid(rig.outcome(authorization), "dns", "_acme-challenge.ring.dns.test TXT failed")


def test_long_chain_of_aliases(rig):
    for i in range(20):
        rig.knot.add(f"{f'{i}.' if i else '_acme-challenge.'}chain.dns.test", "CNAME", f"{i + 1}.chain.dns.test.")
    assert_invalid(queue_and(rig, "chain.dns.test", lambda d: rig.knot.add("20.chain.dns.test", "TXT", d)), "dns",
                   "_acme-challenge.chain.dns.test TXT failed")


@pytest.mark.parametrize("change", [
    lambda d: d + "=", lambda d: d.swapcase(), lambda d: f'"{d} "', lambda d: f'"\\"{d}\\""', lambda d: d[:-1], lambda d: '""'])
def test_wrong_value(rig, change):
    name = f"wrong{secrets.token_hex(4)}.dns.test"
    outcome = rig.txt(name, lambda d: [change(d)])
    assert_invalid(outcome, "incorrectResponse", f"_acme-challenge.{name}")
    assert outcome.shown == [{"hostname": f"_acme-challenge.{name}", "records": 1}]


def test_values_are_the_operators_only(rig):
    outcome = rig.txt("private.dns.test", lambda d: ["secret-one", "secret-two"])
    assert_invalid(outcome, "incorrectResponse", "none of the 2 TXT records")
    assert "secret" not in outcome.error["detail"]
    assert sorted(outcome.record["answers"][0]["records"]) == ["secret-one", "secret-two"]


def test_no_record(rig):
    authorization, *_ = rig.queue("none.dns.test", "dns-01")
    assert_invalid(rig.outcome(authorization), "incorrectResponse", "no TXT record at _acme-challenge.none.dns.test")


def test_record_published_after_a_miss(rig):
    """S71: neither the miss nor a first single value is kept."""
    name = "late.dns.test"
    for _ in range(3):
        authorization, *_ = rig.queue(name, "dns-01")
        assert_invalid(rig.outcome(authorization), "incorrectResponse")
        assert_valid(rig.txt(name, lambda d: [d]))


def test_name_that_cannot_exist(rig):
    name = ".".join(["x" * 60] * 4) + ".dns"
    authorization, *_ = rig.queue(name, "dns-01")
    assert_invalid(rig.outcome(authorization), "noRecord", "longer than DNS permits")


# --- servers that fail

def test_server_refuses(rig):
    authorization, *_ = rig.queue("outside.example", "dns-01")
    outcome = rig.outcome(authorization)
    assert_invalid(outcome, "dns", "outside.example TXT failed", "REFUSED")
    assert "127.0.0.1" not in outcome.error["detail"]


def test_no_answer(rig):
    rig.knot.process.popen.send_signal(signal.SIGSTOP)
    try:
        authorization, *_ = rig.queue("stopped.dns.test", "dns-01")
        assert_invalid(rig.outcome(authorization), "dns", "no answer", "1000 ms")
    finally:
        rig.knot.process.popen.send_signal(signal.SIGCONT)
    assert_valid(rig.txt("resumed.dns.test", lambda d: [d]))


@pytest.mark.parametrize("code,name", [(9, "DNSKEY Missing"), (15, "Blocked"), (22, "No Reachable Authority"), (4711, "unknown")])
def test_resolver_tells_why(rig, code, name):
    """Extended errors, but not their texts, which are a stranger's words."""
    server = dns_server.Forwarder(rig.knot)
    server.failures["_acme-challenge.why.dns.test"] = (dns.rcode.SERVFAIL, code, "strange words")
    try:
        with rig.configured(resolvers=listed(server.address)):
            authorization, *_ = rig.queue("why.dns.test", "dns-01")
            outcome = rig.outcome(authorization)
    finally:
        server.stop()
    assert_invalid(outcome, "dns", "_acme-challenge.why.dns.test TXT failed: SERVFAIL", f"; extended error {code} ({name})")
    assert "strange" not in outcome.error["detail"]


def test_stub_zone(rig):
    other = dns_server.Knot(rig.dir / "stub", "stub.internal").start()
    try:
        with rig.configured(**{"stub-zones": listed(f"stub.internal={other.address}")}):
            assert_valid(queue_and(rig, "x.stub.internal", lambda d: other.add("_acme-challenge.x.stub.internal", "TXT", d)))
            assert_valid(rig.txt("beside.dns.test", lambda d: [d]))
            # Its servers have been asked themselves already.
            authorization, *_ = rig.queue("y.stub.internal", "dns-01")
            outcome = rig.outcome(authorization)
            assert_invalid(outcome, "incorrectResponse")
            assert [a["from"] for a in outcome.record["answers"]] == ["resolvers"]
    finally:
        other.stop()


# --- caches

@pytest.fixture(name="forwarder")
def asked_by_the_validator(rig):
    server = dns_server.Forwarder(rig.knot)
    with rig.configured(**{"resolvers": listed(server.address), "zone-servers": '"always"'}):
        yield server
    server.stop()


def test_cached_miss_hides_nothing(rig, forwarder):
    forwarder.prime("_acme-challenge.missed.dns.test")
    outcome = rig.txt("missed.dns.test", lambda d: [d])
    assert_valid(outcome)
    assert [(a["from"], len(a["records"])) for a in outcome.record["answers"]] == [("resolvers", 0), ("authority", 1)]


def test_cached_value_hides_nothing(rig, forwarder):
    rig.knot.add("_acme-challenge.older.dns.test", "TXT", "old")
    forwarder.prime("_acme-challenge.older.dns.test")
    rig.knot.delete("_acme-challenge.older.dns.test", "TXT")
    assert_valid(rig.txt("older.dns.test", lambda d: [d]))


def test_cached_alias_hides_nothing(rig, forwarder):
    """Neither a new alias, nor a record at the end of an old one."""
    rig.knot.add("_acme-challenge.moved.dns.test", "CNAME", "before.dns.test.")
    forwarder.prime("_acme-challenge.moved.dns.test")
    rig.knot.delete("_acme-challenge.moved.dns.test", "CNAME")
    rig.knot.add("_acme-challenge.moved.dns.test", "CNAME", "after.dns.test.")
    assert_valid(queue_and(rig, "moved.dns.test", lambda d: rig.knot.add("after.dns.test", "TXT", d)))
    forwarder.prime("_acme-challenge.still.dns.test")
    rig.knot.add("_acme-challenge.still.dns.test", "CNAME", "end.dns.test.")
    forwarder.prime("end.dns.test")
    assert_valid(queue_and(rig, "still.dns.test", lambda d: rig.knot.add("end.dns.test", "TXT", d)))


def test_wrong_at_the_authority_too(rig, forwarder):
    forwarder.prime("_acme-challenge.both.dns.test")
    outcome = rig.txt("both.dns.test", lambda d: ["new"])
    assert_invalid(outcome, "incorrectResponse", "the TXT record at _acme-challenge.both.dns.test")
    assert outcome.shown == [{"hostname": "_acme-challenge.both.dns.test", "records": 1}]


def test_authority_at_forbidden_address(rig, forwarder):
    """It is not asked, and the applicant does not learn its address."""
    forwarder.prime("_acme-challenge.forbidden.dns.test")
    settings = {"resolvers": listed(forwarder.address), "zone-servers": '"always"', "deny-networks": listed("127.0.0.1")}
    with rig.configured(**settings):
        outcome = rig.txt("forbidden.dns.test", lambda d: [d])
        assert_invalid(outcome, "incorrectResponse", "no TXT record")
        assert "127.0.0.1" not in outcome.error["detail"]
        assert "policy" in outcome.record["answers"][1]["failure"]


@pytest.mark.parametrize("when", ["validated", "never"])
def test_resolvers_that_validate_have_the_last_word(rig, forwarder, when):
    """Their signed absence is worth more than an unsigned record from the zone's servers."""
    forwarder.prime(f"_acme-challenge.{when}.dns.test")
    with rig.configured(**{"resolvers": listed(forwarder.address), "zone-servers": f'"{when}"'}):
        outcome = rig.txt(f"{when}.dns.test", lambda d: [d])
    assert_invalid(outcome, "incorrectResponse", "no TXT record")
    assert [a["from"] for a in outcome.record["answers"]] == ["resolvers"]


def test_authority_that_is_silent(rig, forwarder):
    """What the resolvers said then counts."""
    for kind in ("SOA", "NS"):
        forwarder.prime("dns.test", kind)
    for kind in ("A", "AAAA"):
        forwarder.prime("ns.dns.test", kind)
    for kind in ("SOA", "TXT"):
        forwarder.prime("_acme-challenge.silent.dns.test", kind)
    forwarder.prime("_acme-challenge.silent.dns.test", "SOA")
    rig.knot.process.popen.send_signal(signal.SIGSTOP)
    try:
        authorization, *_ = rig.queue("silent.dns.test", "dns-01")
        outcome = rig.outcome(authorization)
    finally:
        rig.knot.process.popen.send_signal(signal.SIGCONT)
    assert_invalid(outcome, "incorrectResponse", "no TXT record")
    assert "no answer" in outcome.record["answers"][1]["failure"]


@pytest.mark.parametrize("silent", [True, False])
def test_authority_is_not_waited_for_long(rig, forwarder, silent):
    """Silent, or nobody is there: what the resolvers said is told in good time either way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        if not silent:
            deaf.close()
        with rig.configured(**{"resolvers": listed(forwarder.address), "zone-servers": '"always"', "dns-port": port,
                               "resolve-timeout": "10s", "attempt-timeout": "20s"}):
            since = time.monotonic()
            outcome = rig.txt("deaf.dns.test", lambda _: ["other"])
            took = time.monotonic() - since
    assert_invalid(outcome, "incorrectResponse", "the TXT record at _acme-challenge.deaf.dns.test is another")
    assert outcome.record["answers"][1]["failure"].endswith("deaf.dns.test TXT: no answer within 3000 ms")
    assert took < 6


def test_many_zones_at_once(rig):
    """More than are asked at a time."""
    zones = [f"z{i}.many.test" for i in range(20)]
    knot = dns_server.Knot(rig.dir / "many", "many.test", *zones).start()
    cache = dns_server.Forwarder(knot)
    for zone in zones:
        cache.prime(f"_acme-challenge.{zone}")
    try:
        with rig.configured(**{"resolvers": listed(cache.address), "zone-servers": '"always"', "dns-port": knot.port}):
            with rig.paused():
                queued = [(zone, *rig.queue(zone, "dns-01", ring=False)) for zone in zones]
                for zone, _, _, key_authorization in queued:
                    knot.add(f"_acme-challenge.{zone}", "TXT", digest(key_authorization))
            for _, authorization, *_ in queued:
                assert_valid(rig.outcome(authorization))
    finally:
        cache.stop()
        knot.stop()


# --- DNSSEC

@pytest.fixture(scope="module")
def zones(rig):
    """A signed zone and some below it, of which only the first two and the one that is not signed are in order."""
    expired, ds = dns_server.expired_zone("expired.sig.test")
    knot = dns_server.Knot(rig.dir / "signed", "sig.test", "nsec.sig.test", "nsec3.sig.test", "forged.sig.test",
                           "expired.sig.test", "stripped.sig.test", "unsigned.sig.test",
                           signed={"sig.test": "nsec", "nsec.sig.test": "nsec", "nsec3.sig.test": "nsec3",
                                   "forged.sig.test": "nsec"},
                           texts={"expired.sig.test": expired}).start()
    knot.delete("forged.sig.test", "DS")
    for zone, record in (("forged", "1 13 2 " + "ab" * 32), ("stripped", "1 13 2 " + "cd" * 32), ("expired", str(ds))):
        knot.update(lambda m, z=zone, r=record: m.replace(f"{z}.sig.test.", 1, "DS", r), "sig.test")
    anchor = rig.dir / "anchor"
    anchor.write_text(f"sig.test. IN DNSKEY {knot.key('sig.test')}\n", encoding="ascii")
    knot.settings = {"resolvers": listed(knot.address), "dns-port": knot.port, "trust-anchor-file": f'"{anchor}"'}
    yield knot
    knot.stop()


@pytest.fixture
def signed(rig, zones):
    with rig.configured(**zones.settings):
        yield zones


@pytest.mark.parametrize("zone", ["sig.test", "nsec.sig.test", "nsec3.sig.test", "unsigned.sig.test"])
def test_zone_in_order(rig, signed, zone):
    assert_valid(queue_and(rig, f"a.{zone}", lambda d: signed.add(f"_acme-challenge.a.{zone}", "TXT", d)))
    authorization, *_ = rig.queue(f"none.{zone}", "dns-01")
    assert_invalid(rig.outcome(authorization), "incorrectResponse", f"no TXT record at _acme-challenge.none.{zone}")


@pytest.mark.parametrize("zone", ["forged.sig.test", "stripped.sig.test"])
def test_zone_not_signed_as_the_one_above_says(rig, signed, zone):
    outcome = queue_and(rig, f"a.{zone}", lambda d: signed.add(f"_acme-challenge.a.{zone}", "TXT", d))
    assert_invalid(outcome, "dnssec", f"_acme-challenge.a.{zone} TXT does not pass DNSSEC validation")
    assert "127.0.0.1" not in outcome.error["detail"]


def test_forged_absence(rig, signed):
    """It is no absence."""
    authorization, *_ = rig.queue("none.forged.sig.test", "dns-01")
    assert_invalid(rig.outcome(authorization), "dnssec", "DNSSEC")


def test_expired_signatures(rig, signed):
    authorization, *_ = rig.queue("expired.sig.test", "dns-01")
    assert_invalid(rig.outcome(authorization), "dnssec", "does not pass DNSSEC validation", "expired")


@pytest.mark.parametrize("kind", ["http-01", "tls-alpn-01"])
def test_addresses_in_a_forged_zone(rig, signed, kind):
    """Nobody is connected to."""
    authorization, *_ = rig.queue("address.forged.sig.test", kind)
    outcome = rig.outcome(authorization)
    assert_invalid(outcome, "dnssec", "address.forged.sig.test", "does not pass DNSSEC validation")
    assert "addressUsed" not in outcome.shown[0]


def test_insecure_zone(rig, zones):
    with rig.configured(**zones.settings, **{"insecure-zones": listed("stripped.sig.test")}):
        assert_valid(queue_and(rig, "b.stripped.sig.test",
                               lambda d: zones.add("_acme-challenge.b.stripped.sig.test", "TXT", d)))
        authorization, *_ = rig.queue("a.forged.sig.test", "dns-01")
        assert_invalid(rig.outcome(authorization), "dnssec", "DNSSEC")


def test_forged_authority_proves_nothing(rig, zones):
    """The right value, from servers of the zone that do not have its keys."""
    cache = dns_server.Forwarder(zones)
    forger = dns_server.Knot(rig.dir / "forger", "nsec.sig.test", signed={"nsec.sig.test": "nsec"}).start()
    name = "_acme-challenge.forger.nsec.sig.test"
    try:
        with rig.configured(**zones.settings | {"resolvers": listed(cache.address), "dns-port": forger.port}):
            outcome = queue_and(rig, "forger.nsec.sig.test", lambda d: forger.add(name, "TXT", d))
    finally:
        cache.stop()
        forger.stop()
    assert_invalid(outcome, "dnssec", f"{name} TXT does not pass DNSSEC validation")
    assert outcome.record["answers"][0]["records"] == []


# --- dns-account-01

def test_account_label(rig):
    account_name = f"{label(ACCOUNT)}._acme-challenge.account.dns.test"
    outcome = queue_and(rig, "account.dns.test", lambda d: rig.knot.add(account_name, "TXT", d), "dns-account-01",
                        wildcard=True)
    assert_valid(outcome)
    assert outcome.shown == [{"hostname": account_name, "records": 1}]


def test_account_label_of_another(rig):
    """Neither another account's name nor that of dns-01 counts, and the error says which account was looked for."""
    def publish(value):
        for name in (label(ACCOUNT + "x") + "._acme-challenge", "_acme-challenge"):
            rig.knot.add(f"{name}.notmine.dns.test", "TXT", value)
    assert_invalid(queue_and(rig, "notmine.dns.test", publish, "dns-account-01"), "incorrectResponse",
                   f"{label(ACCOUNT)}._acme-challenge.notmine.dns.test", ACCOUNT)


def test_account_label_with_alias_and_several_values(rig):
    def publish(value):
        rig.knot.add(f"{label(ACCOUNT)}._acme-challenge.delegated.dns.test", "CNAME", "delegated.elsewhere.dns.test.")
        for text in ("another", value):
            rig.knot.add("delegated.elsewhere.dns.test", "TXT", text)
    assert_valid(queue_and(rig, "delegated.dns.test", publish, "dns-account-01"))


def test_account_label_with_wrong_value(rig):
    owner = f"{label(ACCOUNT)}._acme-challenge.mistaken.dns.test"
    assert_invalid(queue_and(rig, "mistaken.dns.test", lambda d: rig.knot.add(owner, "TXT", d[:-1]), "dns-account-01"),
                   "incorrectResponse", f"the TXT record at {owner} is another")


# --- dns-persist-01

def persist(rig, name, *records, **kwargs):
    for record in records:
        rig.knot.add(f"_validation-persist.{name}", "TXT", f'"{record}"')
    authorization, *_ = rig.queue(name, "dns-persist-01", **kwargs)
    return rig.outcome(authorization)


def expires_in(rig, name):
    return float(rig.stack.sql(f"select extract(epoch from expires_at - now()) from acme.authorizations "
                               f"where identifier = '{name}'")[0][0])


def test_persist_account_url(rig):
    outcome = persist(rig, "plain.dns.test", f"{ISSUER}; accounturi={ACCOUNT}")
    assert_valid(outcome)
    assert outcome.shown == [{"hostname": "_validation-persist.plain.dns.test", "records": 1}]


def test_persist_hashed_uri_with_a_key_of_before(rig):
    rig.stack.sql(f"insert into acme.account_keys_retired(account_id, thumbprint) values ('{rig.account}', '{'k' * 43}')")
    for name, domain in (("hashed.dns.test", "hashed.dns.test"), ("any.dns.test", "*")):
        value = hashlib.sha256(bytes([len(domain)]) + f"{domain}{'k' * 43}{ACCOUNT}".encode()).digest()
        text = base64.urlsafe_b64encode(value).rstrip(b"=").decode()
        assert_valid(persist(rig, name, f"{ISSUER}; accounturi=https://localhost/acme/account-hash/sha-256/{text}"))


def test_persist_wildcard(rig):
    assert_valid(persist(rig, "wild.dns.test", f"{ISSUER}; accounturi={ACCOUNT}; policy=wildcard", wildcard=True))
    assert_invalid(persist(rig, "tame.dns.test", f"{ISSUER}; accounturi={ACCOUNT}", wildcard=True), "unauthorized",
                   "policy=wildcard")


def test_persist_names_below(rig):
    """An authorization for all names below takes as much as a wildcard."""
    for name, policy, valid in (("below.dns.test", "; policy=wildcard", True), ("alone.dns.test", "", False)):
        rig.knot.add(f"_validation-persist.{name}", "TXT", f'"{ISSUER}; accounturi={ACCOUNT}{policy}"')
        with rig.paused():
            authorization, *_ = rig.queue(name, "dns-persist-01", ring=False)
            rig.stack.sql(f"update acme.authorizations set subdomains = true where id = '{authorization}'")
        outcome = rig.outcome(authorization)
        if valid:
            assert_valid(outcome)
        else:
            assert_invalid(outcome, "unauthorized", "policy=wildcard")


def test_persist_until(rig):
    assert_valid(persist(rig, "until.dns.test", f"{ISSUER}; accounturi={ACCOUNT}; persistUntil={int(time.time()) + 600}"))
    assert 500 < expires_in(rig, "until.dns.test") <= 600
    assert_valid(persist(rig, "far.dns.test", f"{ISSUER}; accounturi={ACCOUNT}; persistUntil={int(time.time()) + 90 * DAY}"))
    assert DAY - 60 < expires_in(rig, "far.dns.test") <= DAY
    assert_invalid(persist(rig, "over.dns.test", f"{ISSUER}; accounturi={ACCOUNT}; persistUntil={int(time.time()) - 1}"),
                   "unauthorized", "has ended")


@pytest.mark.parametrize(("records", "kind", "text"), [
    ([], "unauthorized", "no TXT record at _validation-persist."),
    (["unrelated"], "unauthorized", "none of the 1 TXT records is for this CA, expected ca.example"),
    ([f"other.example; accounturi={ACCOUNT}"], "unauthorized", "is for this CA"),
    ([f"{ISSUER}; accounturi={ACCOUNT}x"], "unauthorized", "another account"),
    ([ISSUER], "malformed", "no accounturi"),
    ([f"{ISSUER}; accounturi={ACCOUNT}; accounturi={ACCOUNT}"], "malformed", "2 times"),
    ([f"{ISSUER}; accounturi={ACCOUNT}; persistUntil=soon"], "malformed", "persistUntil"),
])
def test_persist_refused(rig, records, kind, text):
    name = f"refused{secrets.token_hex(4)}.dns.test"
    outcome = persist(rig, name, *records)
    assert_invalid(outcome, kind, f"_validation-persist.{name}", text)


def test_persist_strings_are_joined_where_an_alias_leads(rig):
    rig.knot.add("_validation-persist.joined.dns.test", "CNAME", "persist.elsewhere.dns.test.")
    text = f"{ISSUER}; accounturi={ACCOUNT}"
    rig.knot.add("persist.elsewhere.dns.test", "TXT", f'"{text[:30]}" "{text[30:]}"')
    assert_valid(persist(rig, "joined.dns.test"))


@pytest.mark.parametrize("zone,forged", [("nsec.sig.test", False), ("forged.sig.test", True)])
@pytest.mark.parametrize("kind,owner", [("dns-account-01", f"{label(ACCOUNT)}._acme-challenge"),
                                        ("dns-persist-01", "_validation-persist")])
def test_signed_zone_by_other_methods(rig, signed, zone, forged, kind, owner):
    owner = f"{owner}.other.{zone}"

    def publish(value):
        signed.add(owner, "TXT", value if kind == "dns-account-01" else f'"{ISSUER}; accounturi={ACCOUNT}"')
    outcome = queue_and(rig, f"other.{zone}", publish, kind)
    if forged:
        assert_invalid(outcome, "dnssec", f"{owner} TXT does not pass DNSSEC validation")
    else:
        assert_valid(outcome)


def test_persist_of_another_account_elsewhere(rig):
    """Q36: every perspective must find a record for the same account."""
    elsewhere = dns_server.Knot(rig.dir / "elsewhere", "dns.test").start()
    text = rig.stack.conf.read_text(encoding="ascii")
    for here, there in ((rig.knot.address, elsewhere.address), (f"dns-port = {rig.knot.port}", f"dns-port = {elsewhere.port}")):
        assert here in text
        text = text.replace(here, there)
    conf = rig.dir / "elsewhere.conf"
    conf.write_text(text, encoding="ascii")
    elsewhere.add("_validation-persist.split.dns.test", "TXT", f'"{ISSUER}; accounturi={ACCOUNT}x"')
    rig.stack._start("validator-elsewhere", [BUILD / "chert-validator", "--config", conf, "--perspective", "elsewhere"],
                     notify=rig.stack.run_dir / "elsewhere.notify")
    try:
        outcome = persist(rig, "split.dns.test", f"{ISSUER}; accounturi={ACCOUNT}", perspectives=["default", "elsewhere"],
                          remote=1)
    finally:
        rig.stack.processes.pop("validator-elsewhere").stop()
        elsewhere.stop()
    assert_invalid(outcome, "unauthorized", "elsewhere: ", "another account")


def test_persist_past_a_cache(rig):
    cache = dns_server.Forwarder(rig.knot)
    cache.prime("_validation-persist.cached.dns.test")
    try:
        with rig.configured(**{"resolvers": listed(cache.address), "zone-servers": '"always"'}):
            assert_valid(persist(rig, "cached.dns.test", f"{ISSUER}; accounturi={ACCOUNT}"))
    finally:
        cache.stop()

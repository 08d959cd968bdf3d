# SPDX-License-Identifier: BSD-2-Clause
"""CAA records of all names of an order, checked by chert-validator with Knot and with a server that misbehaves."""

import base64
import collections
import contextlib
import json
import socketserver
import threading
import time
import uuid

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

import dns_server
from rig import Rig

CA = "ca.example"  # caa-identities in rig.py
ACCOUNT = "https://localhost/acme/account/" + \
    base64.urlsafe_b64encode(uuid.UUID(Rig.account).bytes).rstrip(b"=").decode()

Outcome = collections.namedtuple("Outcome", "status checked error record")


class Odd:
    """A DNS server for the top-level domain odd that does what it is told to, by name; else the name has no records."""

    def __init__(self):
        self.answers, self.asked, self.open, self.most_open = {}, [], [], 0
        self.lock = threading.Lock()
        server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = "127.0.0.1:%d" % server.server_address[1]

    def _handler(odd):  # pylint: disable=no-self-argument
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                data, socket = self.request
                query = dns.message.from_wire(data)
                name = query.question[0].name.to_text(omit_final_dot=True)
                if query.question[0].rdtype != dns.rdatatype.CAA:
                    socket.sendto(odd.nothing(query), self.client_address)
                    return
                with odd.lock:
                    odd.asked.append(name)
                    odd.open.append(name)
                    odd.most_open = max(odd.most_open, len(set(odd.open)))
                wire = odd.answers.get(name, odd.nothing)(query)
                with odd.lock:
                    odd.open.remove(name)
                if wire is not None:
                    socket.sendto(wire, self.client_address)
        return Handler

    @staticmethod
    def reply(query):
        message = dns.message.make_response(query)
        message.flags |= dns.flags.AA
        return message

    @staticmethod
    def nothing(query):
        message = Odd.reply(query)
        message.authority.append(dns.rrset.from_text("odd.", 1, "IN", "SOA", "ns.odd. hostmaster.odd. 1 60 60 60 1"))
        return message.to_wire()

    @staticmethod
    def silence(_query):
        return None

    @staticmethod
    def code(rcode):
        def answer(query):
            message = Odd.reply(query)
            message.set_rcode(rcode)
            return message.to_wire()
        return answer

    @staticmethod
    def rdata(*items):
        """Bytes that are perhaps no CAA record."""
        def answer(query):
            message = Odd.reply(query)
            rrset = dns.rrset.RRset(query.question[0].name, dns.rdataclass.IN, dns.rdatatype.CAA)
            rrset.ttl = 1
            for data in items:
                rrset.items[dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.CAA, data)] = None
            message.answer.append(rrset)
            return message.to_wire()
        return answer


def rdata(tag, value, flags=0):
    return bytes([flags, len(tag)]) + tag.encode() + value.encode()


@pytest.fixture(scope="module")
def odd():
    return Odd()


@pytest.fixture(scope="module")
def rig_settings(odd):
    return {"zone": "test", "settings": {"stub-zones": f'{{"odd={odd.address}"}}'}}


def publish(rig, name, *records):
    for record in records:
        rig.knot.add(name, "CAA", record)


def queue(rig, names):
    """An order of these names, given with the method each was validated by, after finalize."""
    quorum = json.dumps({"perspectives": ["default"], "remote": 0, "regions": 0})
    identifiers = json.dumps([{"type": "dns", "value": name} for name in names])
    order = rig.stack.sql(f"""
        insert into acme.orders(account_id, id, status, profile, identifiers, expires_at, quorum, caa)
        values ('{rig.account}', core.uuid7(), 'processing', 'default', '{identifiers}', now() + interval '1 day', '{quorum}',
                '{json.dumps(list(names))}')
        returning id""")[0][0]
    rig.stack.sql("".join(f"""
        with a as (insert into acme.authorizations(account_id, id, status, identifier_type, identifier, wildcard, expires_at,
                                                   valid_for, quorum, validated_at)
                   values ('{rig.account}', core.uuid7(), 'valid', 'dns', '{name.removeprefix("*.")}',
                           {name.startswith("*.")}, now() + interval '1 day', '1 day', '{quorum}', now())
                   returning id),
             c as (insert into acme.challenges(account_id, authorization_id, type, position, status, token)
                   select '{rig.account}', id, '{method}', 0, 'valid', 'x' from a)
        insert into acme.order_authorizations select '{rig.account}', '{order}', id, {i} from a;
        """ for i, (name, method) in enumerate(names.items())))
    rig.stack.sql(f"""
        set search_path = acme, core, pg_catalog;
        select null from core.queue_validation('{rig.account}', '{order}', 'caa', '{quorum}', now() + interval '1 hour');
        """)
    rig.ring()
    return order


def outcome(rig, order, seconds=15):
    deadline = time.monotonic() + seconds
    while True:
        row = rig.stack.sql(f"""
            select o.status, o.caa_checked_at is not null, coalesce(o.error::text, 'null'), coalesce(v.record::text, '{{}}')
              from acme.orders o
              left join acme.validations v on v.object_id = o.id and v.type = 'caa'
             where o.id = '{order}'""")[0]
        if row[0] == "invalid" or row[1] == "t":
            return Outcome(row[0], row[1] == "t", json.loads(row[2]), json.loads(row[3]))
        assert time.monotonic() < deadline, f"undecided after {seconds} s: {rig.log()[-2000:]}"
        time.sleep(0.02)


def check(rig, *names, method="dns-01", **others):
    return outcome(rig, queue(rig, dict.fromkeys(names, method)), **others)


def found_at(result):
    return {entry["name"]: entry.get("foundAt") for entry in result.record["caa"]}


def assert_permitted(result):
    assert result.status == "processing" and result.checked and result.error is None, result
    return result


def assert_refused(result, kind, *fragments):
    assert result.status == "invalid" and not result.checked, result
    assert result.error["type"] == kind, result.error
    for fragment in fragments:
        assert fragment in result.error["detail"], result.error
    for text in [result.error["detail"], *(s["detail"] for s in result.error["subproblems"])]:
        assert '"' not in text and text.isprintable() and text.isascii()
    return {s["identifier"]["value"]: (s["type"], s["detail"]) for s in result.error["subproblems"]}


# --- where the records are

def test_none_anywhere(rig):
    """B4"""
    assert found_at(assert_permitted(check(rig, "a.none.test", "*.none.test"))) == \
        {"a.none.test": None, "*.none.test": None}


def test_own_name(rig):
    publish(rig, "own.test", f'0 issue "{CA}"')
    result = assert_permitted(check(rig, "own.test"))
    assert result.record["caa"] == [
        {"name": "own.test", "methods": ["dns-01"], "foundAt": "own.test", "records": [f"0 issue {CA}"]}]


def test_closest_domain_wins(rig):
    """B2: the records of a domain replace those of the domains above it."""
    publish(rig, "climb.test", '0 issue "other.example"')
    publish(rig, "permits.climb.test", f'0 issue "{CA}"')
    publish(rig, "a.b.c.forbids.climb.test", '0 issue ";"')
    assert_permitted(check(rig, "permits.climb.test", "*.permits.climb.test", "x.y.z.permits.climb.test"))
    failed = assert_refused(check(rig, "x.climb.test"), "caa", "at climb.test permit other.example, expected " + CA)
    assert failed["x.climb.test"][0] == "caa"
    assert_refused(check(rig, "a.b.c.forbids.climb.test"), "caa", "at a.b.c.forbids.climb.test permit nobody")
    assert_refused(check(rig, "*.a.b.c.forbids.climb.test"), "caa", "at a.b.c.forbids.climb.test permit nobody")
    assert_refused(check(rig, "b.c.forbids.climb.test"), "caa", "at climb.test permit other.example")


def test_asterisk_is_not_asked_about(rig, odd):
    """B2"""
    odd.asked.clear()
    assert_permitted(check(rig, "*.star.odd"))
    assert odd.asked == ["star.odd", "odd"]


def test_up_to_the_top_level_domain(rig, odd):
    """B2: which is asked about, and its records count."""
    odd.answers["odd"] = Odd.rdata(rdata("issue", "other.example"))
    try:
        assert_refused(check(rig, "a.top.odd"), "caa", "at odd permit other.example")
    finally:
        del odd.answers["odd"]


def test_alias(rig):
    """B3: records at the target count, those above the target do not."""
    publish(rig, "target.test", '0 issue "other.example"')
    rig.knot.add("alias.test", "CNAME", "sub.target.test.")
    assert_permitted(check(rig, "alias.test"))
    publish(rig, "sub.target.test", '0 issue "third.example"')
    assert_refused(check(rig, "alias.test"), "caa", "at sub.target.test permit third.example")
    assert_refused(check(rig, "*.alias.test"), "caa", "at sub.target.test permit third.example")


def test_alias_within_the_way_up(rig):
    """A domain above the name may be an alias as well."""
    publish(rig, "far.target2.test", '0 issue "other.example"')
    rig.knot.add("up.test", "CNAME", "far.target2.test.")
    rig.knot.add("name.below.test", "CNAME", "nowhere.target2.test.")
    publish(rig, "below.test", '0 issue "third.example"')
    assert_refused(check(rig, "name.below.test"), "caa", "at below.test permit third.example")
    assert_refused(check(rig, "up.test"), "caa", "at far.target2.test permit other.example")


# --- what they say

def test_wildcard(rig):
    """B15"""
    publish(rig, "wild.test", '0 issue "other.example"', f'0 issuewild "{CA}"')
    publish(rig, "tame.test", f'0 issue "{CA}"', '0 issuewild ";"')
    assert_permitted(check(rig, "*.wild.test", "tame.test"))
    failed = assert_refused(check(rig, "*.wild.test", "wild.test", "tame.test", "*.tame.test"), "caa",
                            "2 of 4 names failed")
    assert set(failed) == {"wild.test", "*.tame.test"}
    assert "CAA issue records at wild.test" in failed["wild.test"][1]
    assert "CAA issuewild records at tame.test permit nobody" in failed["*.tame.test"][1]


def test_unrestricting_properties(rig):
    """B5, B18: reports are not sent, and addresses for them restrict nothing."""
    publish(rig, "report.test", '0 iodef "mailto:caa@report.test"', '0 issuemail ";"', '0 unknown "x"')
    result = assert_permitted(check(rig, "report.test", "*.report.test"))
    assert "0 iodef mailto:caa@report.test" in result.record["caa"][0]["records"]


def test_critical(rig):
    """B11"""
    publish(rig, "critical.test", f'0 issue "{CA}"', '128 tbs "x"')
    assert_refused(check(rig, "critical.test"), "caa", "property tbs at critical.test is critical")
    publish(rig, "known.test", f'128 issue "{CA}"', '1 tbs "x"')
    assert_permitted(check(rig, "known.test"))


def test_account(rig):
    """B30, B32, B39"""
    publish(rig, "mine.test", f'0 issue "{CA}; accounturi={ACCOUNT}"')
    publish(rig, "both.test", f'0 issue "{CA}; accounturi={ACCOUNT}x"', f'0 issue "{CA}; accounturi={ACCOUNT}"')
    publish(rig, "theirs.test", f'0 issue "{CA}; accounturi={ACCOUNT}x"')
    publish(rig, "another-ca.test", f'0 issue "other.example; accounturi={ACCOUNT}"')
    assert_permitted(check(rig, "mine.test", "both.test"))
    assert_refused(check(rig, "theirs.test"), "caa", f"permit {CA} for another account, expected {ACCOUNT}")
    assert_refused(check(rig, "another-ca.test"), "caa", "permit other.example")


def test_method_is_that_of_the_authorization(rig):
    """B34, B39: each name is held against the method that proved it."""
    publish(rig, "http.test", f'0 issue "{CA}; validationmethods=http-01"')
    publish(rig, "dns.test", f'0 issue "{CA}; validationmethods=dns-01,ca-x"')
    good = {"http.test": "http-01", "dns.test": "dns-01"}
    assert_permitted(outcome(rig, queue(rig, good)))
    failed = assert_refused(outcome(rig, queue(rig, good | {"http.test": "dns-01", "dns.test": "http-01"})), "caa")
    assert failed["http.test"][1].endswith("for other validation methods, expected dns-01")
    assert failed["dns.test"][1].endswith("for other validation methods, expected http-01")
    assert_refused(outcome(rig, queue(rig, {"dns.test": "tls-alpn-01"})), "caa", "expected tls-alpn-01")


def test_malformed_values(rig):
    """B13"""
    publish(rig, "value.test", '0 issue "%%%%%"', f'0 issue "{CA}; x"')
    assert_refused(check(rig, "value.test"), "caa", "at value.test permit nobody, since one is malformed")
    publish(rig, "value.test", f'0 issue "{CA}"')
    assert_permitted(check(rig, "value.test"))


@pytest.mark.parametrize("data", [b"\0", b"\0\0", b"\0\x05issu", b"\0\xffx", b"\0\x05is ueca.example", b"\0\x01\xe4x"])
def test_malformed_records(rig, odd, data):
    """B19: they permit nobody; only a critical one keeps others from permitting."""
    odd.answers["malformed.odd"] = Odd.rdata(data)
    assert_refused(check(rig, "malformed.odd"), "caa", "at malformed.odd permit nobody")
    odd.answers["malformed.odd"] = Odd.rdata(data, rdata("issue", CA))
    assert_permitted(check(rig, "malformed.odd"))
    odd.answers["malformed.odd"] = Odd.rdata(b"\x80" + data[1:], rdata("issue", CA))
    assert_refused(check(rig, "malformed.odd"), "caa", "at malformed.odd is critical and malformed")


def test_many_records(rig):
    """More than one UDP answer holds are read; too many are refused."""
    publish(rig, "many.test", *(f'0 issue "ca{i}.example; padding={"x" * 100}"' for i in range(98)), f'0 issue "{CA}"')
    assert_permitted(check(rig, "many.test"))
    publish(rig, "many.test", '0 issue "one-more.example"')
    assert_refused(check(rig, "many.test"), "caa", "100 or more CAA records at many.test")


def test_what_strangers_wrote_is_shown_clean(rig, odd):
    odd.answers["strange.odd"] = Odd.rdata(rdata("issue", '<b>"\nä'))
    result = check(rig, "strange.odd")
    assert_refused(result, "caa", "since one is malformed")
    assert result.record["caa"][0]["records"] == ["0 issue <b>'???"]


# --- what could not be found out

@pytest.mark.parametrize("answer, detail", [
    (Odd.code(dns.rcode.SERVFAIL), "SERVFAIL"), (Odd.code(dns.rcode.REFUSED), "failed"),
    (Odd.code(dns.rcode.NOTIMP), "failed"), (Odd.code(dns.rcode.FORMERR), "failed"),
    (Odd.silence, "no answer"), (lambda query: b"x", "no answer")])
def test_failure_is_no_permission(rig, odd, answer, detail):
    """B6, B21: not even when a domain above permits."""
    odd.answers["fails.odd"] = answer
    odd.answers["odd"] = Odd.rdata(rdata("issue", CA))
    try:
        failed = assert_refused(check(rig, "fails.odd", "a.fine.odd"), "dns", "fails.odd CAA")
        assert set(failed) == {"fails.odd"} and failed["fails.odd"][0] == "dns"
    finally:
        del odd.answers["odd"]


def test_bogus_is_no_permission(rig, odd):
    """B20, B38: the trust anchors say that the zone is signed, and it is not; others are as they were."""
    anchors = rig.dir / "anchors"
    anchors.write_text(f"odd. IN DS 12345 13 2 {'0f' * 32}\n", encoding="ascii")
    publish(rig, "insecure.test", f'0 issue "{CA}"')
    odd.answers["forged.odd"] = Odd.rdata(rdata("issue", CA))
    with rig.configured(**{"trust-anchor-file": f'"{anchors}"', "retries": 3}):
        assert_permitted(check(rig, "insecure.test", "none.test"))
        failed = assert_refused(check(rig, "insecure.test", "forged.odd", "empty.odd"), "dnssec", "2 of 3 names failed")
        assert {name: kind for name, (kind, _) in failed.items()} == {"forged.odd": "dnssec", "empty.odd": "dnssec"}
    assert_permitted(check(rig, "forged.odd", "empty.odd"))


def test_signed_zones(rig):
    """B20, B38: records and their absence must be proved, by NSEC or NSEC3; who has other keys can hide none."""
    signed = {"secure": "nsec", "nsec3.secure": "nsec3"}
    anchor = rig.dir / "secure.anchor"
    with contextlib.ExitStack() as ends:
        honest, forger = (dns_server.Knot(rig.dir / name, *signed, signed=signed) for name in ("honest", "forger"))
        for knot in honest, forger:
            ends.callback(knot.start().stop)
        anchor.write_text(f"secure. IN DNSKEY {honest.key('secure')}\n", encoding="ascii")
        for name in ("a.secure", "a.nsec3.secure"):
            honest.add(name, "CAA", f'0 issue "{CA}"')
            honest.add(f"x.{name}", "CAA", '0 issue "other.example"')
        settings = {"trust-anchor-file": f'"{anchor}"'}
        with rig.configured(**settings, resolvers=f'{{"{honest.address}"}}'):
            assert_permitted(check(rig, "a.secure", "b.secure", "a.nsec3.secure", "b.c.nsec3.secure"))
            failed = assert_refused(check(rig, "x.a.secure", "x.a.nsec3.secure"), "caa")
            assert {kind for kind, _ in failed.values()} == {"caa"}
        with rig.configured(**settings, resolvers=f'{{"{forger.address}"}}'):
            failed = assert_refused(check(rig, "x.a.secure", "x.a.nsec3.secure"), "dnssec")
            assert {kind for kind, _ in failed.values()} == {"dnssec"}


def test_failure_above_the_first_records_does_not_matter(rig, odd):
    odd.answers["above.odd"] = Odd.code(dns.rcode.SERVFAIL)
    odd.answers["a.above.odd"] = Odd.rdata(rdata("issue", CA))
    assert_permitted(check(rig, "a.above.odd"))
    assert_refused(check(rig, "b.above.odd"), "dns", "above.odd CAA")


def test_refusal_outweighs_failure(rig, odd):
    """It is final, so nothing is gained by another try."""
    odd.answers["down.odd"] = Odd.code(dns.rcode.SERVFAIL)
    odd.answers["forbidden.odd"] = Odd.rdata(rdata("issue", "other.example"))
    failed = assert_refused(check(rig, "a.down.odd", "forbidden.odd", "fine.odd"), "caa", "2 of 3 names failed")
    assert {name: kind for name, (kind, _) in failed.items()} == {"a.down.odd": "dns", "forbidden.odd": "caa"}


def test_failure_is_tried_again(rig, odd):
    queries = iter([Odd.silence] * 3)
    odd.answers["later.odd"] = lambda query: next(queries, Odd.rdata(rdata("issue", CA)))(query)
    with rig.configured(retries=5, **{"retry-delay": "200ms", "resolve-timeout": "300ms"}):
        assert_permitted(check(rig, "later.odd"))
    assert "retry perspective=default type=caa" in rig.log()


# --- many names

def test_hundred_names(rig, odd):
    """A domain that names have in common is asked about once, and queries do not come all at once."""
    odd.asked.clear()
    odd.most_open = 0
    names = [f"n{i}.z{i % 7}.many.odd" for i in range(100)]

    def answer(query):
        time.sleep(0.02)
        return Odd.nothing(query)

    odd.answers.update(dict.fromkeys(names, answer))
    assert_permitted(check(rig, *names))
    assert set(odd.asked) == {*names, *(f"z{i}.many.odd" for i in range(7)), "many.odd", "odd"}
    # libunbound may say a question twice; one for each name would be far more.
    assert len(odd.asked) < 2 * len(set(odd.asked))
    assert 2 < odd.most_open <= 20


def test_each_failed_name_is_told(rig):
    publish(rig, "hundred.test", '0 issue "other.example"')
    names = [f"n{i}.hundred.test" for i in range(100)]
    failed = assert_refused(check(rig, *names), "caa", "100 of 100 names failed")
    assert set(failed) == set(names)


def test_deepest_name(rig, odd):
    """Of as many labels as there can be."""
    odd.asked.clear()
    name = ("a." * 126 + "odd")[-253:]
    with rig.configured(**{"attempt-timeout": "20s"}):
        assert_permitted(check(rig, name))
    assert set(odd.asked) == {name[i:] for i in range(0, 252, 2)}


def test_slow_server_does_not_hold_up_others(rig, odd):
    odd.answers["stuck.odd"] = Odd.silence
    stuck = queue(rig, {"stuck.odd": "dns-01"})
    started = time.monotonic()
    assert_permitted(check(rig, "quick.none.test"))
    assert time.monotonic() - started < 0.9
    assert_refused(outcome(rig, stuck), "dns", "stuck.odd CAA")


def test_whole_attempt_is_limited(rig, odd):
    """It ends with most of the questions not asked yet, and may be tried again."""
    names = [f"n{i}.black-hole.odd" for i in range(100)]
    odd.answers.update(dict.fromkeys(names, Odd.silence))
    result = check(rig, *names)
    assert result.status == "invalid" and result.error["type"] == "dns", result
    assert "did not end within 2500 ms" in result.error["detail"], result
    assert_permitted(check(rig, "after.none.test"))

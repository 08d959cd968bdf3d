# SPDX-License-Identifier: BSD-2-Clause
"""chert-validator against a real database, HTTP servers and Knot: what it asks, where it refuses to go, what it says."""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import resource
import secrets
import signal
import ssl
import subprocess
import threading
import time

import dns.exception
import dns.message
import dns.query
import pytest

import dns_server
import stack

BUILD = pathlib.Path(os.environ["CHERT_BUILD"])
DIR = pathlib.Path(os.environ["CHERT_TEST_DIR"]) / "validator"
WELL_KNOWN = "/.well-known/acme-challenge/"
HOSTS = """\
127.0.0.1 ok.web.test *.web.test
::1 six.test
127.0.0.1 six.test
::1 sixonly.test
127.0.0.2 loopback.test
10.0.0.1 ten.test
169.254.169.254 metadata.test
::ffff:127.0.0.1 mapped.test
64:ff9b::a00:1 nat64.test
fe80::1 linklocal.test
fd00::1 unique.test
127.0.0.9 denied.test
10.1.1.1 mixed.test
127.0.0.1 mixed.test
"""


class Web:
    """One HTTP server on 127.0.0.1; `answers` maps a host name to a function of the handler."""

    def __init__(self, tls=None):
        self.answers, self.seen = {}, []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                host = self.headers["Host"].split(":")[0]
                web.seen.append((host, self.path, dict(self.headers)))
                self.close_connection = True
                web.answers.get(host, lambda h: h.send_error(404))(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def reply(body, status=200, headers=()):
    def answer(h):
        data = body if isinstance(body, bytes) else body.encode()
        h.send_response_only(status)
        for key, value in headers:
            h.send_header(key, value)
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data)
    return answer


def redirect(location, status=302):
    return reply("moved", status, [("Location", location)])


class Rig:
    def __init__(self):
        self.stack = stack.Stack(DIR, BUILD, durable=False)
        self.knot = dns_server.Knot(DIR / "knot", "dns.test")
        self.account = "00000000-0000-7000-8000-000000000001"

    def start(self):
        s = self.stack
        s._prepare()
        s._start_postgres()
        s._database()
        s.sql(f"insert into acme.accounts(account_id, jwk, key_thumbprint) values ('{self.account}', '{{}}', 'x')")
        self.knot.start()
        certificate = DIR / "tls.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=wrong", "-days", "1", "-keyout", certificate, "-out", f"{certificate}.crt"],
                       check=True, capture_output=True)
        with open(certificate, "a", encoding="ascii") as f:
            f.write(pathlib.Path(f"{certificate}.crt").read_text(encoding="ascii"))
        self.web, self.tls = Web(), Web(certificate)
        (DIR / "hosts").write_text(HOSTS, encoding="ascii")
        self.write_conf()
        s.start_validator()
        return self

    def write_conf(self, **settings):
        defaults = {
            "resolvers": f'{{"{self.knot.address}"}}',
            "hosts-file": f'"{DIR}/hosts"',
            "http-port": self.web.port,
            "https-port": self.tls.port,
            "allow-networks": '{"127.0.0.0/30", "127.0.0.9", "::1"}',
            "deny-networks": '{"127.0.0.2", "127.0.0.9"}',
            "resolve-timeout": "1s",
            "connect-timeout": "1s",
            "attempt-timeout": "2500ms",
            "poll-interval": "500ms",
        }
        lines = "\n".join(f"\t{key} = {value}" for key, value in (defaults | settings).items())
        self.stack.conf.write_text(f'base-url = "https://localhost/acme"\n'
                                   f'database = "host={self.stack.run_dir} dbname=chert"\n'
                                   f"database-timeout = 2s\n"
                                   f"validator {{\n{lines}\n}}\n", encoding="ascii")

    def stop(self):
        self.knot.stop()
        self.stack.stop()

    @property
    def validator(self):
        return self.stack.processes["validator"]

    def log(self):
        return self.validator.log.read_text(encoding="utf-8")

    def queue(self, name, kind="http-01", wildcard=False, ring=True):
        """A challenge that a client has answered; returns (authorization, token, key authorization)."""
        token = secrets.token_urlsafe(32)
        key_authorization = f"{token}.{secrets.token_urlsafe(32)}"
        authorization = self.stack.sql(f"""
            with ids as (select core.uuid7() as a, core.uuid7() as o, '{self.account}'::uuid as acc),
            o as (insert into acme.orders(account_id, id, profile, identifiers, expires_at)
                  select acc, o, 'default', '[]', now() + interval '1 day' from ids),
            a as (insert into acme.authorizations(account_id, id, identifier_type, identifier, wildcard, expires_at,
                                                  valid_for)
                  select acc, a, 'dns', '{name}', {wildcard}, now() + interval '1 day', '1 day' from ids),
            x as (insert into acme.order_authorizations select acc, o, a, 0 from ids),
            c as (insert into acme.challenges(account_id, authorization_id, type, position, status, token,
                                              key_authorization)
                  select acc, a, '{kind}', 0, 'processing', '{token}', '{key_authorization}' from ids),
            j as (insert into acme.jobs(id, kind, perspective, account_id, object_id, type)
                  select core.uuid7(), 'validate', 'default', acc, a, '{kind}' from ids)
            select a from ids""")[0][0]
        if ring:
            self.stack.sql("select pg_notify('chert_validate', '')")
        return authorization, token, key_authorization

    def outcome(self, authorization, seconds=15):
        """(order, authorization, challenge status, error, record) once it is decided."""
        deadline = time.monotonic() + seconds
        while True:
            row = self.stack.sql(f"""
                select o.status, a.status, c.status, coalesce(c.error::text, 'null'), coalesce(c.record::text, 'null')
                  from acme.authorizations a
                  join acme.challenges c on c.authorization_id = a.id
                  join acme.order_authorizations x on x.authorization_id = a.id
                  join acme.orders o on o.id = x.order_id
                 where a.id = '{authorization}'""")[0]
            if row[2] != "processing":
                return row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4])
            assert time.monotonic() < deadline, f"undecided after {seconds} s: {self.log()[-2000:]}"
            time.sleep(0.02)

    def http(self, name, answer):
        """answer(token, key authorization) makes what the name's server says."""
        with self.paused():
            authorization, token, key_authorization = self.queue(name, ring=False)
            self.web.answers[name] = answer(token, key_authorization)
        return self.outcome(authorization)

    @contextlib.contextmanager
    def paused(self):
        """The token must be served before it is asked for."""
        self.validator.popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.validator.popen.send_signal(signal.SIGCONT)
            self.stack.sql("select pg_notify('chert_validate', '')")

    def txt(self, name, values, **kwargs):
        with self.paused():
            authorization, _, key_authorization = self.queue(name, "dns-01", ring=False, **kwargs)
            for value in values(digest(key_authorization)):
                self.knot.add(f"_acme-challenge.{name}", "TXT", value)
        return self.outcome(authorization)


def digest(key_authorization):
    return base64.urlsafe_b64encode(hashlib.sha256(key_authorization.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def rig():
    r = Rig()
    try:
        yield r.start()
    finally:
        r.stop()


def assert_valid(outcome):
    assert outcome[:3] == ("ready", "valid", "valid"), outcome
    return outcome[4]


def assert_invalid(outcome, kind, *fragments):
    assert outcome[:3] == ("invalid", "invalid", "invalid"), outcome
    error = outcome[3]
    assert error["type"] == kind, error
    for fragment in fragments:
        assert fragment in error["detail"], error
    assert '"' not in error["detail"] and error["detail"].isprintable() and error["detail"].isascii()
    return outcome[4]


# --- http-01

def test_http_valid(rig):
    record = assert_valid(rig.http("ok.web.test", lambda t, k: reply(k)))
    host, path, headers = [s for s in rig.web.seen if s[0] == "ok.web.test"][-1]
    assert path.startswith(WELL_KNOWN) and headers["Host"] == f"ok.web.test:{rig.web.port}"
    hop = record["hops"][0]
    assert hop["hostname"] == "ok.web.test" and hop["addressUsed"] == "127.0.0.1" and hop["status"] == 200
    assert hop["addressesResolved"] == ["127.0.0.1"] and hop["port"] == rig.web.port
    assert record["perspective"] == "default"


@pytest.mark.parametrize("tail", ["\n", " \t\r\n\r\n", "\v\f"])
def test_http_trailing_space(rig, tail):
    assert_valid(rig.http("tail.web.test", lambda t, k: reply(k + tail)))


@pytest.mark.parametrize("wrap", [
    lambda k: " " + k, lambda k: "\ufeff" + k, lambda k: k + "x", lambda k: k[:-1], lambda k: "", lambda k: f'"{k}"',
    lambda k: k + "\0", lambda k: k + " x", lambda k: k.upper(),
    lambda k: f"<html>\"quoted\" \x1b[31m{k}</html>", lambda k: k + " " * 5000, lambda k: "A" * 100000])
def test_http_wrong_body(rig, wrap):
    assert_invalid(rig.http("wrong.web.test", lambda t, k: reply(wrap(k))), "incorrectResponse",
                   "http://wrong.web.test:", "[127.0.0.1]", "expected the key authorization")


@pytest.mark.parametrize("status", [201, 299])
def test_http_other_success(rig, status):
    assert_valid(rig.http("success.web.test", lambda t, k: reply(k, status)))


@pytest.mark.parametrize("status", [300, 303, 304, 305, 306, 400, 404, 500, 503])
def test_http_status(rig, status):
    assert_invalid(rig.http("status.web.test", lambda t, k: reply("" if status == 304 else k, status,
                                                                 [("Location", "http://ok.web.test/")])),
                   "unauthorized", f"status is {status}")


def test_http_chunked_after_interim(rig):
    def answer(key):
        def write(h):
            h.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLocation: http://ten.test/\r\n\r\n"
                          b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                          + b"%x\r\n%s\r\n0\r\nLocation: x\r\n\r\n" % (len(key), key.encode()))
        return write
    assert_valid(rig.http("chunked.web.test", lambda t, k: answer(k)))


def test_http_secrets_stay_out_of_details_and_log(rig):
    tokens = []

    def answer(token, key):
        tokens.append(token)
        return reply(f"{token}.somethingelse", 200)
    outcome = rig.http("secret.web.test", answer)
    assert_invalid(outcome, "incorrectResponse", "{token}.somethingelse")
    assert tokens[0] not in outcome[3]["detail"] and tokens[0] not in rig.log()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_http_redirect(rig, status):
    def answer(token, key):
        rig.web.answers["to.web.test"] = reply(key)
        return redirect(f"http://to.web.test:{rig.web.port}/elsewhere", status)
    record = assert_valid(rig.http("from.web.test", answer))
    assert [h["hostname"] for h in record["hops"]] == ["from.web.test", "to.web.test"]


def test_http_redirect_to_https_with_any_certificate(rig):
    def answer(token, key):
        rig.tls.answers["secure.web.test"] = reply(key)
        return redirect(f"https://secure.web.test:{rig.tls.port}/x")
    record = assert_valid(rig.http("secure.web.test", answer))
    assert record["hops"][1]["url"].startswith("https://")


def test_http_redirect_relative_and_to_literal(rig):
    def answer(token, key):
        rig.web.answers["127.0.0.1"] = reply(key)
        return lambda h: (redirect("/second") if h.path != "/second" else
                          redirect(f"http://127.0.0.1:{rig.web.port}/third"))(h)
    record = assert_valid(rig.http("relative.web.test", answer))
    assert len(record["hops"]) == 3


@pytest.mark.parametrize("hops,good", [(10, True), (11, False)])
def test_http_redirect_limit(rig, hops, good):
    def answer(token, key):
        def write(h):
            n = int(h.path[1:]) if h.path[1:].isdigit() else 0
            (reply(key) if n == hops else redirect(f"/{n + 1}"))(h)
        return write
    outcome = rig.http("many.web.test", answer)
    if good:
        assert len(assert_valid(outcome)["hops"]) == 11
    else:
        assert_invalid(outcome, "unauthorized", "more redirects than 10")


@pytest.mark.parametrize("location,kind,says", [
    ("file:///etc/passwd", "unauthorized", "scheme file"),
    ("gopher://127.0.0.1:{port}/x", "unauthorized", "scheme gopher"),
    ("http://ok.web.test:6379/", "unauthorized", "port 6379"),
    ("http://user:pw@ok.web.test:{port}/", "unauthorized", "user information"),
    ("http://10.1.2.3:{port}/", "connection", "10.1.2.3 is not permitted (private use)"),
    ("http://2130706434:{port}/", "connection", "127.0.0.2 is not permitted"),
    ("http://[::ffff:127.0.0.1]:{port}/", "connection", "not permitted (IPv4-mapped)"),
    ("http://[fe80::1]:{port}/", "connection", "not permitted (link-local)"),
    ("http://ten.test:{port}/", "connection", "10.0.0.1 is not permitted (private use)"),
    ("http://nowhere.dns.invalid:{port}/", "dns", "nowhere.dns.invalid"),
    ("http://x y/", "unauthorized", "printable"),
    ("", "unauthorized", "without a Location"),
])
def test_http_redirect_refused(rig, location, kind, says):
    assert_invalid(rig.http("bad.web.test", lambda t, k: redirect(location.format(port=rig.web.port))), kind, says)


@pytest.mark.parametrize("name,says", [
    ("loopback.test", "127.0.0.2 is not permitted (denied by the configuration)"),
    ("denied.test", "127.0.0.9 is not permitted (denied by the configuration)"),
    ("ten.test", "10.0.0.1 is not permitted (private use)"),
    ("metadata.test", "169.254.169.254 is not permitted (link-local)"),
    ("mapped.test", "::ffff:127.0.0.1 is not permitted (IPv4-mapped)"),
    ("nat64.test", "64:ff9b::a00:1 is not permitted (private use)"),
    ("linklocal.test", "fe80::1 is not permitted (link-local)"),
    ("unique.test", "fd00::1 is not permitted (unique local)"),
])
def test_http_address_refused(rig, name, says):
    authorization, *_ = rig.queue(name)
    assert_invalid(rig.outcome(authorization), "connection", says)


def test_http_permitted_address_among_refused_ones(rig):
    record = assert_valid(rig.http("mixed.test", lambda t, k: reply(k)))
    assert record["hops"][0]["addressesTried"] == ["127.0.0.1"]
    assert record["hops"][0]["addressesResolved"] == ["10.1.1.1", "127.0.0.1"]


def test_http_falls_back_to_ipv4(rig):
    record = assert_valid(rig.http("six.test", lambda t, k: reply(k)))
    assert record["hops"][0]["addressesTried"] == ["::1", "127.0.0.1"]


def test_http_connection_refused(rig):
    authorization, *_ = rig.queue("sixonly.test")
    assert_invalid(rig.outcome(authorization), "connection", "[::1]: connection was refused")


def test_http_no_address(rig):
    rig.knot.add("txtonly.dns.test", "TXT", "x")
    authorization, *_ = rig.queue("txtonly.dns.test")
    assert_invalid(rig.outcome(authorization), "dns", "no A or AAAA record")


def test_http_resolved_by_dns(rig):
    assert_valid(rig.http("any.dns.test", lambda t, k: reply(k)))


def test_http_slow_server(rig):
    started = time.monotonic()
    outcome = rig.http("slow.web.test", lambda t, k: lambda h: time.sleep(6))
    assert_invalid(outcome, "connection", "slow.web.test", "[127.0.0.1]", "no whole response")
    assert time.monotonic() - started < 5


def test_http_closes_without_answer(rig):
    assert_invalid(rig.http("mute.web.test", lambda t, k: lambda h: None), "connection", "closed")


def test_http_endless_header(rig):
    def write(h):
        with contextlib.suppress(OSError):
            h.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10000 + b"\r\nx")
    assert_invalid(rig.http("header.web.test", lambda t, k: write), "connection", "larger than")


def test_http_tls_failure_on_redirect(rig):
    def refuse(_, name, __):
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name == "tls.web.test" else None
    rig.tls.server.socket.context.sni_callback = refuse
    location = f"https://tls.web.test:{rig.tls.port}/x"
    assert_invalid(rig.http("tls.web.test", lambda t, k: redirect(location)), "tls", location, "TLS handshake failed")


def test_http_does_not_validate_wildcards(rig):
    authorization, *_ = rig.queue("wild.web.test", wildcard=True)
    assert_invalid(rig.outcome(authorization), "unauthorized", "wildcard")


# --- dns-01

def test_dns_valid(rig):
    record = assert_valid(rig.txt("one.dns.test", lambda d: [d]))
    assert record["name"] == "_acme-challenge.one.dns.test" and record["txtRecords"] == 1


def test_dns_wildcard_and_several_values(rig):
    assert_valid(rig.txt("two.dns.test", lambda d: ["other", d, "another"], wildcard=True))


def test_dns_strings_are_joined(rig):
    assert_valid(rig.txt("joined.dns.test", lambda d: [f'"{d[:10]}" "{d[10:]}"']))


def test_dns_long_answer_comes_by_tcp(rig):
    assert_valid(rig.txt("long.dns.test", lambda d: [*(f'"{i}{"x" * 200}"' for i in range(30)), d]))


def test_dns_alias_is_followed(rig):
    rig.knot.add("_acme-challenge.alias.dns.test", "CNAME", "target.elsewhere.dns.test.")
    with rig.paused():
        authorization, _, key = rig.queue("alias.dns.test", "dns-01", ring=False)
        rig.knot.add("target.elsewhere.dns.test", "TXT", digest(key))
    assert_valid(rig.outcome(authorization))


@pytest.mark.parametrize("change", [
    lambda d: d + "=", lambda d: d.swapcase(), lambda d: f'"{d} "', lambda d: f'"\\"{d}\\""', lambda d: d[:-1], lambda d: '""'])
def test_dns_wrong_value(rig, change):
    name = f"wrong{secrets.token_hex(4)}.dns.test"
    assert_invalid(rig.txt(name, lambda d: [change(d)]), "incorrectResponse", f"_acme-challenge.{name}")


def test_dns_no_record(rig):
    authorization, *_ = rig.queue("none.dns.test", "dns-01")
    assert_invalid(rig.outcome(authorization), "incorrectResponse", "no TXT record at _acme-challenge.none.dns.test")


def test_dns_record_published_after_a_miss(rig):
    """S71: neither the miss nor a first single value is kept."""
    name = "late.dns.test"
    for _ in range(3):
        authorization, *_ = rig.queue(name, "dns-01")
        assert_invalid(rig.outcome(authorization), "incorrectResponse")
        assert_valid(rig.txt(name, lambda d: [d]))


def test_dns_server_failure(rig):
    authorization, *_ = rig.queue("outside.example", "dns-01")
    assert_invalid(rig.outcome(authorization), "dns", "outside.example TXT failed")


def test_dns_no_answer(rig):
    rig.knot.process.popen.send_signal(signal.SIGSTOP)
    try:
        authorization, *_ = rig.queue("stopped.dns.test", "dns-01")
        assert_invalid(rig.outcome(authorization), "dns", "no answer", "1000 ms")
    finally:
        rig.knot.process.popen.send_signal(signal.SIGCONT)
    assert_valid(rig.txt("resumed.dns.test", lambda d: [d]))


# --- the queue

def test_rung_job_starts_at_once(rig):
    authorization, *_ = rig.queue("none.dns.test", "dns-01")
    started = time.monotonic()
    rig.outcome(authorization)
    assert time.monotonic() - started < 0.4


def test_job_is_found_without_a_bell(rig):
    authorization, *_ = rig.queue("none.dns.test", "dns-01", ring=False)
    rig.outcome(authorization, 3)


def test_unknown_method_ends_explained(rig):
    authorization, *_ = rig.queue("x.dns.test", "other-01")
    assert_invalid(rig.outcome(authorization), "serverInternal", "no method other-01")


def test_many_at_once(rig):
    rig.web.answers["slow.many.web.test"] = lambda h: time.sleep(6)
    slow, *_ = rig.queue("slow.many.web.test", ring=False)
    jobs = [rig.queue("none.dns.test", "dns-01", ring=False)[0] for _ in range(150)]
    rig.stack.sql("select pg_notify('chert_validate', '')")
    for job in jobs:
        assert_invalid(rig.outcome(job), "incorrectResponse")
    assert_invalid(rig.outcome(slow), "connection")


def test_hello(rig):
    rows = rig.stack.sql("select worker, kind, perspective, assume_valid from acme.daemons")
    assert [rig.validator.pid == int(r[0].rsplit("/", 1)[1]) for r in rows] == [True]
    assert rows[0][1:] == ["validator", "default", "f"]


def wait_asked(rig, prefix, n=1):
    deadline = time.monotonic() + 5
    while len([s for s in rig.web.seen if s[0].startswith(prefix)]) < n:
        assert time.monotonic() < deadline, rig.log()[-2000:]
        time.sleep(0.02)


def test_database_restart_loses_nothing(rig):
    """Outcomes that come up while the database is away are stored when it is back."""
    postgres = rig.stack.processes["postgresql"]
    go = threading.Event()
    with rig.paused():
        jobs = [rig.queue(f"restart{i}.web.test", ring=False) for i in range(5)]
        for i, (_, _, key) in enumerate(jobs):
            rig.web.answers[f"restart{i}.web.test"] = lambda h, key=key: (go.wait(10), reply(key)(h))
    wait_asked(rig, "restart", 5)
    postgres.kill(signal.SIGQUIT)
    go.set()
    time.sleep(0.5)
    rig.stack.start_postgres()
    for authorization, *_ in jobs:
        assert_valid(rig.outcome(authorization))
    assert rig.validator.alive() and "database-back" in rig.log()
    assert_valid(rig.txt("afterwards.dns.test", lambda d: [d]))


def test_hung_database_blames_nobody(rig):
    """Whatever fails while the loop stood still is tried again, and an outcome that could not be stored is kept."""
    backend = int(rig.stack.sql("select pid from pg_stat_activity where application_name = 'chert-validator'")[0][0])
    go = threading.Event()
    with rig.paused():
        kept, _, key = rig.queue("kept.web.test", ring=False)
        back, _, back_key = rig.queue("back.web.test", ring=False)
        rig.web.answers["kept.web.test"] = lambda h: (go.wait(10), reply(key)(h))
        rig.web.answers["back.web.test"] = lambda h: time.sleep(5)
    wait_asked(rig, "kept")
    wait_asked(rig, "back")
    os.kill(backend, signal.SIGSTOP)
    try:
        go.set()
        rig.web.answers["back.web.test"] = reply(back_key)
        assert_valid(rig.outcome(kept))
    finally:
        os.kill(backend, signal.SIGCONT)
    deadline = time.monotonic() + 5
    while "given-back" not in rig.log():
        assert time.monotonic() < deadline, rig.log()[-2000:]
        time.sleep(0.02)
    rig.stack.sql("update acme.jobs set run_after = now()")
    assert_valid(rig.outcome(back))


def test_no_sockets_left(rig):
    """Is no fault of the applicant: the job comes back."""
    pid = rig.validator.popen.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    given_back = rig.log().count("given-back")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        authorization, _, key_authorization = rig.queue("starved.web.test")
        rig.web.answers["starved.web.test"] = reply(key_authorization)
        deadline = time.monotonic() + 5
        while rig.log().count("given-back") == given_back:
            assert time.monotonic() < deadline, rig.log()[-2000:]
            time.sleep(0.02)
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    rig.stack.sql("update acme.jobs set run_after = now()")
    rig.stack.sql("select pg_notify('chert_validate', '')")
    assert_valid(rig.outcome(authorization))


def test_nothing_is_claimed_beyond_concurrency(rig):
    rig.validator.stop()
    rig.write_conf(concurrency=2)
    rig.stack.start_validator()
    with rig.paused():
        jobs = [rig.queue(f"room{i}.web.test", ring=False) for i in range(6)]
        for i, (_, _, key) in enumerate(jobs):
            rig.web.answers[f"room{i}.web.test"] = lambda h, key=key: (time.sleep(0.4), reply(key)(h))
    wait_asked(rig, "room", 2)
    time.sleep(0.2)
    assert rig.stack.sql("select count(*) from acme.jobs where attempts > 0") == [["2"]]
    for authorization, *_ in jobs:
        assert_valid(rig.outcome(authorization))
    rig.validator.stop()
    rig.write_conf()
    rig.stack.start_validator()


def test_killed_validator_loses_nothing(rig):
    with rig.paused():
        authorization, _, key = rig.queue("killed.web.test", ring=False)
        rig.web.answers["killed.web.test"] = lambda h: time.sleep(3)
    wait_asked(rig, "killed")
    rig.validator.kill()
    rig.web.answers["killed.web.test"] = reply(key)
    rig.stack.start_validator()
    assert rig.stack.sql("select attempts from acme.jobs") == [["1"]]
    # What the clock would bring about: the end of the lease.
    rig.stack.sql("update acme.jobs set run_after = now()")
    assert_valid(rig.outcome(authorization))


def test_sigterm_finishes_what_is_in_flight(rig):
    with rig.paused():
        authorization, _, key = rig.queue("term.web.test", ring=False)
        rig.web.answers["term.web.test"] = lambda h: (time.sleep(1), reply(key)(h))
    wait_asked(rig, "term")
    rig.validator.popen.send_signal(signal.SIGTERM)
    late, *_ = rig.queue("none.dns.test", "dns-01")
    assert rig.validator.popen.wait(5) == 0
    assert_valid(rig.outcome(authorization))
    assert rig.stack.sql("select attempts from acme.jobs") == [["0"]]
    rig.stack.start_validator()
    rig.outcome(late)


def sign_zone(knot):
    """Returns the zone's key-signing key as a trust anchor."""
    knot.stop()
    conf = knot.dir / "knot.conf"
    conf.write_text(conf.read_text(encoding="ascii").rstrip() + "\n    dnssec-signing: on\n", encoding="ascii")
    knot.process.start()
    deadline = time.monotonic() + 10
    query = dns.message.make_query(f"{knot.zone}.", "DNSKEY")
    while True:
        with contextlib.suppress(OSError, dns.exception.DNSException):
            answer = dns.query.tcp(query, "127.0.0.1", 1, knot.port).answer
            keys = [k for k in answer[0] if k.flags == 257] if answer else []
            if keys:
                return f"{knot.zone}. IN DNSKEY {keys[0]}\n"
        assert time.monotonic() < deadline, "the zone is not signed"
        time.sleep(0.1)


def test_dnssec(rig):
    anchor = DIR / "anchor"
    anchor.write_text(sign_zone(rig.knot), encoding="ascii")
    rig.validator.stop()
    rig.write_conf(**{"trust-anchor-file": f'"{anchor}"'})
    rig.stack.start_validator()
    assert_valid(rig.txt("signed.dns.test", lambda d: [d]))
    assert_valid(rig.http("signedweb.dns.test", lambda t, k: reply(k)))
    # The same data under another anchor is what a forger would send: it comes with records, but bogus.
    anchor.write_text("dns.test. IN DS 1 13 2 " + "ab" * 32 + "\n", encoding="ascii")
    rig.validator.stop()
    rig.stack.start_validator()
    assert_invalid(rig.txt("forged.dns.test", lambda d: [d]), "dns", "DNSSEC")
    assert_invalid(rig.http("forgedweb.dns.test", lambda t, k: reply(k)), "dns", "DNSSEC")
    rig.validator.stop()
    rig.write_conf()
    rig.stack.start_validator()


def test_assume_valid(rig):
    rig.validator.stop()
    rig.stack.assume_valid = True
    try:
        rig.stack.start_validator()
        record = assert_valid(rig.outcome(rig.queue("nowhere.web.test")[0]))
        assert record["assumedValid"] is True and "hops" not in record
        assert "assume-valid" in rig.log() and "assumed-valid" in rig.log()
        assert [["t"]] == rig.stack.sql(f"select assume_valid from acme.daemons where worker like '%/{rig.validator.pid}'")
        rig.validator.stop()
    finally:
        rig.stack.assume_valid = False


@pytest.mark.parametrize("settings,says", [
    ({"allow-networks": '{"10.0.0.0/33"}'}, "allow-networks: '10.0.0.0/33'"),
    ({"resolvers": '{"no.such.host.invalid:53"}'}, "resolvers: 'no.such.host.invalid:53'"),
    ({"resolvers": '{"127.0.0.1:65536"}'}, "no port from 1 to 65535"),
    ({"hosts-file": '"/nonexistent"'}, "/nonexistent"),
    ({"trust-anchor-file": '"/nonexistent"'}, "trust-anchor-file"),
])
def test_bad_settings(rig, settings, says):
    rig.write_conf(**settings)
    done = subprocess.run([BUILD / "chert-validator", "--config", rig.stack.conf], check=False, capture_output=True,
                          text=True, timeout=10)
    assert done.returncode == 1 and says in done.stderr


@pytest.mark.parametrize("files,warns", [(200, True), (1500, False)])
def test_limit_of_files(rig, files, warns):
    rig.write_conf(**{"hosts-file": '"/nonexistent"'})
    done = subprocess.run(["prlimit", f"--nofile={files}", BUILD / "chert-validator", "--config", rig.stack.conf],
                          check=False, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1 and ("few-files" in done.stderr) == warns, done.stderr

# SPDX-License-Identifier: BSD-2-Clause
"""A chert-validator with what it needs around it: a database whose queue the tests fill, web servers, Knot."""

import base64
import collections
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import secrets
import signal
import socket
import ssl
import subprocess
import threading
import time

import dns_server
import stack

BUILD = pathlib.Path(os.environ["CHERT_BUILD"])
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

# `shown` is the validationRecord, `record` all that is kept of the validation for the operator.
Outcome = collections.namedtuple("Outcome", "order authorization challenge error shown record")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        """A validator that is killed or has seen enough hangs up."""


class Server6(Server):
    address_family = socket.AF_INET6


class Web:
    """One HTTP server on 127.0.0.1; `answers` maps a host name to a function of the handler."""

    def __init__(self, tls=None):
        self.answers, self.seen = {}, []
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls)
        self.port = self._serve(Server(("127.0.0.1", 0), self._handler())).server_address[1]

    def _handler(self):
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                host = self.headers["Host"]
                host = host[:host.index("]") + 1] if host.startswith("[") else host.split(":")[0]
                web.seen.append((host, self.path, dict(self.headers)))
                self.close_connection = True
                web.answers.get(host, lambda h: h.send_error(404))(self)

            def log_message(self, *_):
                pass

        return Handler

    def _serve(self, server):
        if self.context:
            server.socket = self.context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    @contextlib.contextmanager
    def also_at(self, address):
        """On another address for a while, same port."""
        kind = Server6 if ":" in address else Server
        server = self._serve(kind((address, self.port), self._handler()))
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()


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


def digest(key_authorization):
    return base64.urlsafe_b64encode(hashlib.sha256(key_authorization.encode()).digest()).rstrip(b"=").decode()


class Rig:
    account = "00000000-0000-7000-8000-000000000001"

    def __init__(self, name, hosts=HOSTS, settings=None, zone="dns.test"):
        """`settings` are of the validator and win over those of write_conf(); `zone` is Knot's."""
        self.dir = pathlib.Path(os.environ["CHERT_TEST_DIR"]) / name
        self.hosts, self.settings = hosts, settings or {}
        self.stack = stack.Stack(self.dir, BUILD, durable=False)
        self.knot = dns_server.Knot(self.dir / "knot", zone)

    def start(self):
        s = self.stack
        s._prepare()
        s._start_postgres()
        s._database()
        s.sql(f"insert into acme.accounts(account_id, jwk, key_thumbprint) values ('{self.account}', '{{}}', 'x')")
        self.knot.start()
        self.web, self.tls = Web(), Web(self._certificate())
        self.write_hosts(self.hosts)
        self.write_conf()
        s.start_validator()
        return self

    def _certificate(self):
        """For a name that nobody asks for: what answers a redirect to https may have any."""
        pem = self.dir / "tls.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=wrong", "-days", "1", "-keyout", pem, "-out", f"{pem}.crt"],
                       check=True, capture_output=True)
        with open(pem, "a", encoding="ascii") as f:
            f.write(pathlib.Path(f"{pem}.crt").read_text(encoding="ascii"))
        return pem

    def write_hosts(self, text):
        """The validator reads it anew with the next look-up."""
        fresh = self.dir / "hosts.new"
        fresh.write_text(text, encoding="ascii")
        fresh.replace(self.dir / "hosts")

    def write_conf(self, **settings):
        defaults = {
            "resolvers": f'{{"{self.knot.address}"}}',
            "dns-port": self.knot.port,
            "hosts-file": f'"{self.dir}/hosts"',
            "http-port": self.web.port,
            "https-port": self.tls.port,
            "allow-networks": '{"127.0.0.0/30", "127.0.0.9", "::1"}',
            "deny-networks": '{"127.0.0.2", "127.0.0.9"}',
            "resolve-timeout": "1s",
            "connect-timeout": "1s",
            "attempt-timeout": "2500ms",
            "poll-interval": "500ms",
            "retries": 0,
        }
        lines = "\n".join(f"\t{key} = {value}" for key, value in (defaults | self.settings | settings).items())
        self.stack.conf.write_text(f'base-url = "https://localhost/acme"\n'
                                   f'caa-identities = {{"ca.example"}}\n'
                                   f'database = "host={self.stack.run_dir} dbname=chert"\n'
                                   f"database-timeout = 2s\n"
                                   f"validator {{\n{lines}\n}}\n", encoding="ascii")

    def restart(self, **settings):
        self.validator.stop()
        self.write_conf(**settings)
        self.stack.start_validator()

    @contextlib.contextmanager
    def configured(self, **settings):
        """The validator with other settings, for a while."""
        self.restart(**settings)
        try:
            yield
        finally:
            self.restart()

    def stop(self):
        if self.knot.process:
            self.knot.stop()
        self.stack.stop()

    @property
    def validator(self):
        return self.stack.processes["validator"]

    def log(self):
        return self.validator.log.read_text(encoding="utf-8")

    def ring(self):
        self.stack.sql("select pg_notify('chert_validate', '')")

    def queue(self, name, kind="http-01", wildcard=False, ring=True, perspectives=("default",), remote=0, patience="1 hour"):
        """A challenge that a client has answered; returns (authorization, token, key authorization)."""
        token = secrets.token_urlsafe(32)
        key_authorization = f"{token}.{secrets.token_urlsafe(32)}"
        quorum = json.dumps({"perspectives": perspectives, "remote": remote, "regions": 0})
        identifier_type = "ip" if ":" in name or name.replace(".", "").isdigit() else "dns"
        authorization = self.stack.sql(f"""
            with ids as (select core.uuid7() as a, core.uuid7() as o, '{self.account}'::uuid as acc),
            o as (insert into acme.orders(account_id, id, profile, identifiers, expires_at, quorum)
                  select acc, o, 'default', '[]', now() + interval '1 day', '{quorum}' from ids),
            a as (insert into acme.authorizations(account_id, id, identifier_type, identifier, wildcard, expires_at,
                                                  valid_for, quorum)
                  select acc, a, '{identifier_type}', '{name}', {wildcard}, now() + interval '1 day', '1 day',
                         '{quorum}' from ids),
            x as (insert into acme.order_authorizations select acc, o, a, 0 from ids),
            c as (insert into acme.challenges(account_id, authorization_id, type, position, status, token,
                                              key_authorization)
                  select acc, a, '{kind}', 0, 'processing', '{token}', '{key_authorization}' from ids),
            j as (insert into acme.jobs(id, kind, perspective, account_id, object_id, type, give_up_at)
                  select core.uuid7(), 'validate', jsonb_array_elements_text('{quorum}'::jsonb -> 'perspectives'), acc, a, '{kind}',
                         now() + interval '{patience}' from ids)
            select a from ids""")[0][0]
        if ring:
            self.ring()
        return authorization, token, key_authorization

    def outcome(self, authorization, seconds=15):
        """Once it is decided."""
        deadline = time.monotonic() + seconds
        while True:
            row = self.stack.sql(f"""
                select o.status, a.status, c.status, coalesce(c.error::text, 'null'), coalesce(v.record::text, '{{}}')
                  from acme.authorizations a
                  join acme.challenges c on c.authorization_id = a.id
                  join acme.order_authorizations x on x.authorization_id = a.id
                  join acme.orders o on o.id = x.order_id
                  left join acme.validations v on v.object_id = a.id and v.type = c.type and v.perspective = 'default'
                 where a.id = '{authorization}'""")[0]
            if row[2] != "processing":
                record = json.loads(row[4])
                return Outcome(*row[:3], json.loads(row[3]), record.get("validationRecord"), record)
            assert time.monotonic() < deadline, f"undecided after {seconds} s: {self.log()[-2000:]}"
            time.sleep(0.02)

    def http(self, name, answer):
        """answer(token, key authorization) makes what the name's server says."""
        with self.paused():
            authorization, token, key_authorization = self.queue(name, ring=False)
            self.web.answers[f"[{name}]" if ":" in name else name] = answer(token, key_authorization)
        return self.outcome(authorization)

    @contextlib.contextmanager
    def paused(self):
        """The token must be served before it is asked for."""
        self.validator.popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.validator.popen.send_signal(signal.SIGCONT)
            self.ring()

    def txt(self, name, values, **kwargs):
        with self.paused():
            authorization, _, key_authorization = self.queue(name, "dns-01", ring=False, **kwargs)
            for value in values(digest(key_authorization)):
                self.knot.add(f"_acme-challenge.{name}", "TXT", value)
        return self.outcome(authorization)


def assert_valid(outcome):
    assert outcome[:3] == ("ready", "valid", "valid"), outcome
    return outcome.record


def assert_invalid(outcome, kind, *fragments):
    """`kind` as in problem.def."""
    assert outcome[:3] == ("invalid", "invalid", "invalid"), outcome
    error = outcome.error
    assert error["type"] == kind, error
    for fragment in fragments:
        assert fragment in error["detail"], error
    assert '"' not in error["detail"] and error["detail"].isprintable() and error["detail"].isascii()
    return outcome.record

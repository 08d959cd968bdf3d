# SPDX-License-Identifier: BSD-2-Clause
"""A real DNS server (Knot) on a port of 127.0.0.1, authoritative for one zone, with records set by dynamic update."""

import contextlib
import hashlib
import pathlib
import subprocess
import textwrap
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.update

import acme
import stack


class Knot:
    def __init__(self, directory, zone):
        self.dir, self.zone, self.port = pathlib.Path(directory), zone, stack.free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        self.dir.mkdir(parents=True)
        (self.dir / "zone").write_text(textwrap.dedent(f"""\
            $ORIGIN {self.zone}.
            $TTL 1
            @ SOA ns hostmaster 1 60 60 60 1
            @ NS ns
            @ A 127.0.0.1
            * A 127.0.0.1
            ns A 127.0.0.1
            """), encoding="ascii")
        conf = self.dir / "knot.conf"
        conf.write_text(textwrap.dedent(f"""\
            server:
                rundir: {self.dir}
                listen: 127.0.0.1@{self.port}
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            database:
                storage: {self.dir}
            log:
              - target: stderr
                any: info
            acl:
              - id: update
                address: 127.0.0.1
                action: update
            zone:
              - domain: {self.zone}
                file: {self.dir}/zone
                acl: update
                zonefile-sync: -1
                journal-content: none
            """), encoding="ascii")
        self.process = stack.Process("knotd", ["/usr/sbin/knotd", "-c", conf], self.dir / "knot.log").start()
        deadline = time.monotonic() + 20
        while not self.answers():
            self.process.check()
            assert time.monotonic() < deadline, "knotd does not answer"
            time.sleep(0.05)
        return self

    def answers(self):
        with contextlib.suppress(OSError, dns.exception.DNSException):
            reply = dns.query.udp(dns.message.make_query(f"{self.zone}.", "SOA"), "127.0.0.1", 1, self.port)
            return reply.rcode() == dns.rcode.NOERROR and bool(reply.answer)
        return False

    def stop(self):
        self.process.stop()

    def update(self, change):
        message = dns.update.UpdateMessage(f"{self.zone}.")
        change(message)
        reply = dns.query.tcp(message, "127.0.0.1", 10, self.port)
        assert reply.rcode() == dns.rcode.NOERROR, reply

    def add(self, name, kind, text):
        self.update(lambda m: m.add(f"{name}.", 1, kind, text))

    @contextlib.contextmanager
    def answer(self, name, _token, key_authorization):
        """A solver for dns-01."""
        self.add(f"_acme-challenge.{name}", "TXT", acme.b64u(hashlib.sha256(key_authorization.encode()).digest()))
        try:
            yield
        finally:
            self.delete(f"_acme-challenge.{name}", "TXT")

    def delete(self, name, kind):
        self.update(lambda m: m.delete(f"{name}.", kind))

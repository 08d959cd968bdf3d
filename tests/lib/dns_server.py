# SPDX-License-Identifier: BSD-2-Clause
"""DNS for tests: a real server (Knot), with records set by dynamic update, and a forwarder with a cache."""

import contextlib
import hashlib
import pathlib
import socketserver
import textwrap
import threading
import time

import dns.dnssec
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rrset
import dns.update

import acme
import stack

KSK = 257


def absolute(name):
    return name.rstrip(".") + "."


class Knot:
    """
    Authoritative for `zone` and those below it; `signed` maps some of them to nsec or nsec3, `texts` to other contents.  It
    is on addresses `also` too.
    """

    def __init__(self, directory, zone, *below, signed=None, texts=None, host="127.0.0.1", port=None, also=()):
        self.dir, self.zone, self.host, self.port = pathlib.Path(directory), zone, host, port or stack.free_port()
        self.zones, self.signed, self.texts = (zone, *below), signed or {}, texts or {}
        self.address, self.also = f"{self.host}:{self.port}", also
        self.process = None

    def start(self):
        self.dir.mkdir(parents=True)
        for zone in self.zones:
            (self.dir / f"zone-{zone}").write_text(self.texts.get(zone) or self._text(zone), encoding="ascii")
        conf = self.dir / "knot.conf"
        conf.write_text(textwrap.dedent(f"""\
            server:
                rundir: {self.dir}
                listen: [{", ".join(f"{host}@{self.port}" for host in (self.host, *self.also))}]
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
                address: {self.host}
                action: update
            policy:
              - id: nsec
              - id: nsec3
                nsec3: on
            zone:
            """) + "".join(map(self._conf, self.zones)), encoding="ascii")
        self.process = stack.Process("knotd", ["/usr/sbin/knotd", "-c", conf], self.dir / "knot.log").start()
        self._wait()
        for zone in self.zones[1:]:
            if zone in self.signed:
                self.update(lambda m, z=zone: m.add(f"{z}.", 1, "DS", str(self.ds(z))), self._zone_of(zone.partition(".")[2]))
        return self

    def _text(self, zone):
        """Whatever has no record of its own has an address."""
        delegations = [f"{z}. NS ns.{z}.\nns.{z}. A 127.0.0.1\n" for z in self.zones if z.endswith(f".{zone}")]
        return textwrap.dedent(f"""\
            $ORIGIN {zone}.
            $TTL 1
            @ SOA ns hostmaster 1 60 60 60 1
            @ NS ns
            @ A 127.0.0.1
            * A 127.0.0.1
            ns A 127.0.0.1
            """) + "".join(delegations)

    def _conf(self, zone):
        signing = f"    dnssec-signing: on\n    dnssec-policy: {self.signed[zone]}\n" if zone in self.signed else ""
        return (f"  - domain: {zone}\n    file: {self.dir}/zone-{zone}\n    acl: update\n    zonefile-sync: -1\n"
                f"    journal-content: none\n{signing}")

    def _wait(self):
        deadline = time.monotonic() + 20
        for zone in self.zones:
            while not self.ask(zone, "DNSKEY" if zone in self.signed else "SOA"):
                self.process.check()
                assert time.monotonic() < deadline, "knotd does not answer"
                time.sleep(0.05)

    def ask(self, name, kind):
        """The records there are, or None."""
        with contextlib.suppress(OSError, dns.exception.DNSException):
            reply = dns.query.tcp(dns.message.make_query(absolute(name), kind), self.host, 1, self.port)
            return reply.answer[0] if reply.rcode() == dns.rcode.NOERROR and reply.answer else None
        return None

    def key(self, zone):
        """The zone's key-signing key."""
        return next(key for key in self.ask(zone, "DNSKEY") if key.flags == KSK)

    def ds(self, zone):
        return dns.dnssec.make_ds(absolute(zone), self.key(zone), "SHA256")

    def stop(self):
        self.process.stop()

    def _zone_of(self, name):
        return max((z for z in self.zones if f".{name}".endswith(f".{z}")), key=len)

    def update(self, change, zone=None):
        message = dns.update.UpdateMessage(f"{zone or self.zone}.")
        change(message)
        reply = dns.query.tcp(message, self.host, 10, self.port)
        assert reply.rcode() == dns.rcode.NOERROR, reply

    def add(self, name, kind, text):
        self.update(lambda m: m.add(f"{name}.", 1, kind, text), self._zone_of(name))

    @contextlib.contextmanager
    def answer(self, name, _token, key_authorization):
        """A solver for dns-01."""
        self.add(f"_acme-challenge.{name}", "TXT", acme.b64u(hashlib.sha256(key_authorization.encode()).digest()))
        try:
            yield
        finally:
            self.delete(f"_acme-challenge.{name}", "TXT")

    def delete(self, name, kind):
        self.update(lambda m: m.delete(f"{name}.", kind), self._zone_of(name))


class Forwarder:
    """
    A resolver that keeps what the server behind it said for as long as it lives, which no DNS resolver may but caches with a
    negative TTL of an hour do for long enough.  `failures` maps names to (rcode, extended error, its text).
    """

    def __init__(self, upstream):
        self.upstream, self.cache, self.asked, self.failures = upstream, {}, [], {}
        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]
        self.address = f"127.0.0.1:{self.port}"

    def _handler(forwarder):  # pylint: disable=no-self-argument
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                reply = forwarder.reply(dns.message.from_wire(data))
                if reply:
                    sock.sendto(reply.to_wire(), self.client_address)

        return Handler

    def reply(self, query):
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, question.rdtype))
        if name in self.failures:
            return self._failure(query, *self.failures[name])
        key = (name, question.rdtype)
        if key not in self.cache:
            with contextlib.suppress(OSError, dns.exception.DNSException):
                upstream = dns.message.make_query(question.name, question.rdtype, want_dnssec=True)
                self.cache[key] = dns.query.tcp(upstream, "127.0.0.1", 2, self.upstream.port)
        if key not in self.cache:
            return None
        kept, reply = self.cache[key], dns.message.make_response(query, recursion_available=True)
        reply.set_rcode(kept.rcode())
        reply.answer, reply.authority, reply.additional = kept.answer, kept.authority, kept.additional
        return reply

    @staticmethod
    def _failure(query, rcode, code, text):
        reply = dns.message.make_response(query, recursion_available=True)
        reply.set_rcode(rcode)
        reply.use_edns(0, 0, 1232, options=[dns.edns.EDEOption(code, text)])
        return reply

    def prime(self, name, kind="TXT"):
        """Makes it remember what there is now."""
        self.reply(dns.message.make_query(f"{name}.", kind))

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def expired_zone(zone):
    """Text of a signed zone whose signatures are of the past, and its key's DS record; for names that are in it only."""
    from cryptography.hazmat.primitives.asymmetric import ec
    private = ec.generate_private_key(ec.SECP256R1())
    key = dns.dnssec.make_dnskey(private.public_key(), "ECDSAP256SHA256", flags=KSK)
    sets = [dns.rrset.from_text(name, 60, "IN", kind, text) for name, kind, text in (
        (f"{zone}.", "SOA", f"ns.{zone}. hostmaster.{zone}. 1 60 60 60 1"), (f"{zone}.", "NS", f"ns.{zone}."),
        (f"ns.{zone}.", "A", "127.0.0.1"), (f"{zone}.", "DNSKEY", key.to_text()),
        (f"_acme-challenge.{zone}.", "TXT", "anything"))]
    now = int(time.time())
    lines = []
    for rrset in sets:
        signature = dns.dnssec.sign(rrset, private, dns.name.from_text(zone), key, inception=now - 20 * 86400,
                                    expiration=now - 10 * 86400)
        lines += [rrset.to_text(), dns.rrset.from_rdata(rrset.name, 60, signature).to_text()]
    return "\n".join(lines) + "\n", dns.dnssec.make_ds(f"{zone}.", key, "SHA256")

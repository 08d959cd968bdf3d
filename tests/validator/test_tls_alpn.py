# SPDX-License-Identifier: BSD-2-Clause
"""tls-alpn-01: what chert-validator accepts of TLS servers, what it says of others, and which address it turns to."""

import contextlib
import ctypes
import datetime
import hashlib
import ipaddress
import json
import pathlib
import re
import secrets
import socket
import ssl
import struct
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import raw_tls
import stack as stacks
from rig import assert_invalid, assert_valid, reply

PROTOCOL = "acme-tls/1"
ACME_IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
NEIGHBOUR = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.30")
SUBJECT = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ACME challenge")])
OTHER = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody else")])
PORT = stacks.free_port()


@pytest.fixture(scope="module")
def rig_settings():
    return {"settings": {"tls-port": PORT, "tls-timeout": "1s"}}


def digest(key_authorization):
    return hashlib.sha256(key_authorization.encode()).digest()


def octets(key_authorization):
    """The value of a good acmeIdentifier."""
    return b"\x04\x20" + digest(key_authorization)


def general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Certificate:
    """What a client makes for a challenge, or something near it; a PEM file with its key."""

    def __init__(self, names, value, critical=True, key=None, signer=None, issuer=SUBJECT, others=(), usage=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder(issuer, SUBJECT, key.public_key(), x509.random_serial_number(),
                                          datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 2))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([general_name(n) for n in names]), False)
        if value is not None:
            builder = builder.add_extension(x509.UnrecognizedExtension(ACME_IDENTIFIER, value), critical)
        for oid in others:
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"\x05\x00"), False)
        if usage:
            builder = builder.add_extension(usage, True)
        algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        self.der = builder.sign(signer or key, algorithm).public_bytes(serialization.Encoding.DER)
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())

    def twice(self):
        """With the neighbour's number changed into that of acmeIdentifier."""
        last = bytes.fromhex("2b06010505070101")[:-1]
        assert self.der.count(last + b"\x1e") == 1
        self.der = self.der.replace(last + b"\x1e", last + b"\x1f")
        return self

    def write(self, directory, repeat=1):
        path = directory / f"{secrets.token_hex(8)}.pem"
        path.write_bytes(self.key + repeat * ssl.DER_cert_to_PEM_cert(self.der).encode())
        return path


class Tls:
    """Answers a connection as TLS server; `seen` has (SNI, ALPN, version, what else came) of each."""

    def __init__(self, path, protocols=(PROTOCOL,), lowest=None, highest=None, ciphers=None):
        self.seen, self.names, self.ended = [], [], threading.Event()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if ciphers:
            self.context.set_ciphers(ciphers)
        if lowest:
            self.context.minimum_version = lowest
        if highest:
            self.context.maximum_version = highest
        self.context.load_cert_chain(path)
        if protocols:
            self.context.set_alpn_protocols(list(protocols))
        self.context.sni_callback = lambda conn, name, context: self.names.append(name)

    def __call__(self, conn):
        try:
            with self.context.wrap_socket(conn, server_side=True) as tls:
                rest = None
                with contextlib.suppress(ConnectionResetError):
                    rest = tls.recv(100)
                self.seen.append((self.names[-1], tls.selected_alpn_protocol(), tls.version(), rest))
        finally:
            self.ended.set()


@contextlib.contextmanager
def serving(answer, address="127.0.0.1"):
    """`answer` gets each connection."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, PORT), family=family) as server:
        stopped = threading.Event()

        def serve(conn):
            with conn, contextlib.suppress(OSError):
                conn.settimeout(10)
                answer(conn)

        def accept():
            while not stopped.is_set():
                with contextlib.suppress(TimeoutError):
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        server.settimeout(0.05)
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()


@contextlib.contextmanager
def challenge(rig, name):
    """The key authorization; the validator waits until the end."""
    with rig.paused():
        authorization, _, key_authorization = rig.queue(name, "tls-alpn-01", ring=False)
        yield authorization, key_authorization


@pytest.fixture
def ask(rig, tmp_path):
    """Has a name validated: make(key authorization) is the certificate.  Returns outcome and server."""
    def run(name, make=None, address="127.0.0.1", repeat=1, **kwargs):
        with contextlib.ExitStack() as servers:
            with challenge(rig, name) as (authorization, key_authorization):
                made = make(key_authorization) if make else Certificate([name], octets(key_authorization))
                server = Tls(made.write(tmp_path, repeat), **kwargs)
                servers.enter_context(serving(server, address))
            return rig.outcome(authorization), server
    return run


@pytest.fixture
def meet(rig):
    """Has a name validated whose server is a function of the connection."""
    def run(name, answer, address="127.0.0.1"):
        with serving(answer, address):
            with challenge(rig, name) as (authorization, _):
                pass
            return rig.outcome(authorization)
    return run


# --- certificates

def test_valid(rig, ask):
    outcome, server = ask("ok.web.test")
    record = assert_valid(outcome)
    assert server.ended.wait(2)
    assert server.seen == [("ok.web.test", PROTOCOL, "TLSv1.3", b"")]
    assert outcome.shown == [{"hostname": "ok.web.test", "port": PORT, "addressesResolved": ["127.0.0.1"],
                              "addressesTried": ["127.0.0.1"], "addressUsed": "127.0.0.1"}]
    assert record["tlsVersion"] == "TLS1.3" and record["perspective"] == "default"


@pytest.mark.parametrize("key", [
    lambda: rsa.generate_private_key(65537, 2048), lambda: ec.generate_private_key(ec.SECP384R1()),
    ed25519.Ed25519PrivateKey.generate])
def test_kinds_of_keys(ask, key):
    assert_valid(ask("keys.web.test", lambda k: Certificate(["keys.web.test"], octets(k), key=key()))[0])


def test_letter_case_and_other_extensions(ask):
    assert_valid(ask("case.web.test", lambda k: Certificate(["CASE.Web.Test"], octets(k), others=[NEIGHBOUR]))[0])


def test_key_usage_does_not_matter(ask):
    """That of lego's certificates does not permit the signature in the handshake."""
    usage = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    assert_valid(ask("usage.web.test", lambda k: Certificate(["usage.web.test"], octets(k), usage=usage))[0])


WRONG = {
    "no acmeIdentifier": lambda n, k: Certificate([n], None),
    "not critical": lambda n, k: Certificate([n], octets(k), critical=False),
    "no OCTET STRING of 32 bytes": lambda n, k: Certificate([n], digest(k)),
    "another key authorization": lambda n, k: Certificate([n], octets(k + "x")),
    "no subjectAltName": lambda n, k: Certificate([], octets(k)),
    "several names": lambda n, k: Certificate([n, "b.web.test"], octets(k)),
    "another name": lambda n, k: Certificate(["b.web.test"], octets(k)),
    "expected the subjectAltName": lambda n, k: Certificate(["*.web.test"], octets(k)),
    "no other": lambda n, k: Certificate(["127.0.0.1"], octets(k)),
    "not by its own key": lambda n, k: Certificate([n], octets(k), signer=ec.generate_private_key(ec.SECP256R1())),
    "issuer is not its subject": lambda n, k: Certificate([n], octets(k), issuer=OTHER),
}


@pytest.mark.parametrize("says", WRONG)
def test_wrong_certificate(ask, says):
    name = "wrong.web.test"
    outcome, _ = ask(name, lambda k: WRONG[says](name, k))
    assert_invalid(outcome, "incorrectResponse", f"{name} port {PORT} [127.0.0.1]: certificate ", says)
    assert outcome.shown[0]["addressUsed"] == "127.0.0.1"


def test_extension_twice(ask):
    """Which GnuTLS finds before it is done with the handshake."""
    outcome, _ = ask("twice.web.test", lambda k: Certificate(["twice.web.test"], octets(k), others=[NEIGHBOUR]).twice())
    assert_invalid(outcome, "tls", "TLS handshake failed: Duplicate extension in X.509 certificate")


def test_what_was_found_is_for_the_log(rig, ask):
    outcome, _ = ask("quiet.web.test", lambda k: Certificate(["secret.internal.test"], octets(k)))
    record = assert_invalid(outcome, "incorrectResponse", "another name")
    assert "secret.internal" not in json.dumps([outcome.error, record["validationRecord"]])
    assert "secret.internal.test" in rig.log()


# --- protocols

def extensions(hello):
    """Of a ClientHello, by number."""
    at = 43
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at:at + 2], "big")
    at += 1 + hello[at] + 2
    found = {}
    while at < len(hello):
        kind, size = struct.unpack_from(">HH", hello, at)
        found[kind] = hello[at + 4:at + 4 + size]
        at += 4 + size
    return found


def test_what_is_asked_for(meet):
    """The name alone, and no other protocol."""
    hellos = []
    meet("hello.web.test", lambda conn: hellos.append(conn.recv(4096)))
    found, name, protocol = extensions(hellos[0]), b"hello.web.test", PROTOCOL.encode()
    assert found[0] == struct.pack(">HBH", len(name) + 3, 0, len(name)) + name
    assert found[16] == struct.pack(">HB", len(protocol) + 1, len(protocol)) + protocol


@pytest.mark.parametrize("version,says", [("TLSv1_2", "TLS1.2"), ("TLSv1_3", "TLS1.3")])
def test_versions(ask, version, says):
    version = ssl.TLSVersion[version]
    assert assert_valid(ask("version.web.test", lowest=version, highest=version)[0])["tlsVersion"] == says


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_version(ask):
    outcome, server = ask("old.web.test", lowest=ssl.TLSVersion.TLSv1_1, highest=ssl.TLSVersion.TLSv1_1,
                          ciphers="ALL:@SECLEVEL=0")
    assert_invalid(outcome, "tls", "[127.0.0.1]: server ends the TLS handshake with alert 70")
    assert not server.seen


@pytest.mark.parametrize("protocols", [(), ("http/1.1", "h2")])
def test_no_protocol(ask, protocols):
    """A web server that has a certificate for every name and has never heard of this."""
    assert_invalid(ask("plain.web.test", protocols=protocols)[0], "unauthorized", "does not choose the protocol acme-tls/1")


def test_another_protocol(rig, meet, tmp_path):
    """A server that chooses what was not offered: Python has none, so it is OpenSSL's."""
    lib = ctypes.CDLL("libssl.so.3")
    for name in ("TLS_server_method", "SSL_CTX_new", "SSL_new"):
        getattr(lib, name).restype = ctypes.c_void_p
    chooser = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p),
                               ctypes.POINTER(ctypes.c_ubyte), ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p)
    protocol = ctypes.create_string_buffer(b"h2")

    @chooser
    def choose(_conn, out, out_len, _offered, _len, _arg):
        out[0], out_len[0] = ctypes.addressof(protocol), 2
        return 0

    path = str(Certificate(["other.web.test"], octets("x")).write(tmp_path)).encode()
    context = ctypes.c_void_p(lib.SSL_CTX_new(ctypes.c_void_p(lib.TLS_server_method())))
    assert lib.SSL_CTX_use_certificate_file(context, path, 1) == lib.SSL_CTX_use_PrivateKey_file(context, path, 1) == 1
    lib.SSL_CTX_set_alpn_select_cb(context, choose, None)

    def answer(conn):
        conn.setblocking(True)
        tls = ctypes.c_void_p(lib.SSL_new(context))
        lib.SSL_set_fd(tls, conn.fileno())
        lib.SSL_accept(tls)
        conn.recv(1)
        lib.SSL_free(tls)

    assert_invalid(meet("other.web.test", answer), "unauthorized", "does not choose the protocol")


def test_alert(meet):
    """What RFC 7301 3.2 wants of a server that knows other protocols only."""
    def answer(conn):
        conn.recv(1000)
        conn.sendall(bytes.fromhex("15030300020278"))
        conn.recv(1000)
    assert_invalid(meet("alert.web.test", answer), "tls", "alert 120 (No supported application protocol")


def test_http_server(meet):
    def answer(conn):
        conn.recv(1000)
        conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>do not repeat this</html>")
        conn.recv(1000)
    outcome = meet("http.web.test", answer)
    assert_invalid(outcome, "tls", "TLS handshake failed")
    assert "repeat" not in json.dumps(outcome.error)


def test_large_chain(ask):
    outcome, _ = ask("large.web.test", lambda k: Certificate(["large.web.test"], octets(k)), repeat=200)
    assert_invalid(outcome, "tls", "TLS handshake failed")


@pytest.mark.parametrize("answer,says", raw_tls.COSTLY)
def test_costly_key(rig, meet, answer, says):
    """No server decides how long the validator computes, and nobody waits for one that tries."""
    assert_invalid(meet("costly.web.test", answer), "tls", f"TLS handshake is refused: {says}")
    assert_valid(rig.http("ok.web.test", lambda t, k: reply(k)))


@pytest.mark.parametrize("answer", raw_tls.JUNK)
def test_junk_signature(meet, answer):
    assert_invalid(meet("junk.web.test", answer), "tls", "TLS handshake failed: Public key signature verification")


def test_warnings_without_end(meet):
    def answer(conn):
        conn.recv(1000)
        while True:
            conn.sendall(bytes.fromhex("15030300020170") * 100)
    assert_invalid(meet("warnings.web.test", answer), "tls", "TLS handshake failed")


# --- connections

def test_no_server(rig, meet):
    with challenge(rig, "closed.web.test") as (authorization, _):
        pass
    assert_invalid(rig.outcome(authorization), "connection", "[127.0.0.1]: connection was refused")


def test_full_server(rig):
    """One that accepts nothing any more."""
    with socket.create_server(("127.0.0.1", PORT), backlog=0), contextlib.ExitStack() as others:
        for _ in range(4):
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", PORT))
        with challenge(rig, "full.web.test") as (authorization, _):
            pass
        assert_invalid(rig.outcome(authorization), "connection", "no TCP connection within 1000 ms")


def drip(conn):
    """A record that never ends."""
    conn.sendall(bytes.fromhex("1603031000"))
    while True:
        conn.sendall(b"\2")
        time.sleep(0.1)


@pytest.mark.parametrize("answer", [lambda conn: time.sleep(4), drip])
def test_silent_server(meet, answer):
    started = time.monotonic()
    assert_invalid(meet("silent.web.test", answer), "connection", "no end of the TLS handshake within 1000 ms")
    assert time.monotonic() - started < 2


def test_out_of_time(rig, meet):
    with rig.configured(**{"tls-timeout": "10s", "attempt-timeout": "600ms"}):
        outcome = meet("late.web.test", lambda conn: time.sleep(2))
    assert_invalid(outcome, "connection", "within 600 ms", f"late.web.test port {PORT} [127.0.0.1]: in the TLS handshake")


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("answer", [lambda conn: None, lambda conn: conn.recv(1000), reset])
def test_closed_at_once(meet, answer):
    assert_invalid(meet("hangup.web.test", answer), "connection", "closed the connection during the TLS handshake")


def test_what_comes_after_does_not_matter(rig, tmp_path):
    with contextlib.ExitStack() as servers:
        with challenge(rig, "chatty.web.test") as (authorization, key_authorization):
            tls = Tls(Certificate(["chatty.web.test"], octets(key_authorization)).write(tmp_path))

            def answer(conn):
                with tls.context.wrap_socket(conn, server_side=True) as wrapped:
                    wrapped.sendall(b"x" * 100000)
            servers.enter_context(serving(answer))
        assert_valid(rig.outcome(authorization))


def eventually(look, seconds=10):
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, look
        time.sleep(0.02)


def resident(pid):
    """In KiB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1])


def test_silent_servers_hold_up_nobody(rig, ask):
    """As many handshakes in flight as there may be, but for one."""
    arrived, stop = [], threading.Event()

    def answer(conn):
        arrived.append(conn)
        stop.wait(60)

    with rig.configured(**{"tls-timeout": "1min", "attempt-timeout": "1min"}), serving(answer, "127.0.0.3"):
        rig.write_hosts(rig.hosts + "127.0.0.3 *.stuck.test\n")
        stuck = [rig.queue(f"n{i}.stuck.test", "tls-alpn-01")[0] for i in range(499)]
        eventually(lambda: len(arrived) == len(stuck))
        started = time.monotonic()
        assert_valid(ask("swift.web.test")[0])
        assert time.monotonic() - started < 1
        assert resident(rig.validator.pid) < 100 * 1024
        stop.set()
        for authorization in stuck:
            assert_invalid(rig.outcome(authorization), "connection", "server closed the connection")
    rig.write_hosts(rig.hosts)


# --- addresses

def test_ipv6_first(ask):
    outcome, _ = ask("six.test", address="::1")
    assert_valid(outcome)
    assert outcome.shown[0]["addressesTried"] == ["::1"]


def test_ipv4_when_there_is_no_connection(ask):
    outcome, _ = ask("six.test")
    assert_valid(outcome)
    assert outcome.shown[0]["addressesTried"] == ["::1", "127.0.0.1"]
    assert outcome.shown[0]["addressUsed"] == "127.0.0.1"


def test_every_address_is_told(rig, ask):
    with challenge(rig, "six.test") as (authorization, _):
        pass
    assert_invalid(rig.outcome(authorization), "connection",
                   f"six.test port {PORT} [::1]: connection was refused; [127.0.0.1]: connection was refused")
    outcome, _ = ask("six.test", lambda k: Certificate(["six.test"], None))
    assert_invalid(outcome, "incorrectResponse", "[::1]: connection was refused; [127.0.0.1]: certificate has no")


def test_no_second_address_after_a_connection(rig, ask):
    with serving(lambda conn: conn.recv(1000), "::1"):
        outcome, server = ask("six.test")
    assert_invalid(outcome, "connection", "[::1]: server closed the connection")
    assert not server.seen


def test_refused_address(rig, meet):
    outcome = meet("ten.test", lambda conn: None)
    record = assert_invalid(outcome, "forbiddenAddress")
    assert "10.0.0.1" not in json.dumps([outcome.error, outcome.shown])
    assert record["addressesRefused"][0]["address"] == "10.0.0.1"


def test_no_address(rig):
    rig.knot.add("nothing.dns.test", "TXT", "its only record")
    with challenge(rig, "nothing.dns.test") as (authorization, _):
        pass
    assert_invalid(rig.outcome(authorization), "noRecord", "nothing.dns.test")


@pytest.mark.parametrize("address,name", [("127.0.0.1", "1.0.0.127.in-addr.arpa"),
                                          ("::1", "1." + 31 * "0." + "ip6.arpa")])
def test_address(ask, address, name):
    """RFC 8738 6"""
    outcome, server = ask(address, address=address)
    assert_valid(outcome)
    assert server.ended.wait(2) and server.seen[0][:2] == (name, PROTOCOL)
    assert outcome.shown[0]["hostname"] == outcome.shown[0]["addressUsed"] == address


@pytest.mark.parametrize("names", [["1.0.0.127.in-addr.arpa"], ["127.0.0.2"], ["127.0.0.1", "ok.web.test"], ["::1"]])
def test_wrong_certificate_for_address(ask, names):
    outcome, _ = ask("127.0.0.1", lambda k: Certificate(names, octets(k)))
    assert_invalid(outcome, "incorrectResponse", f"127.0.0.1 port {PORT} [127.0.0.1]: certificate is for")


# --- the rest

def test_server_that_comes_later_is_found(rig, tmp_path):
    with rig.configured(retries=3, **{"retry-delay": "500ms"}):
        authorization, _, key_authorization = rig.queue("later.web.test", "tls-alpn-01")
        time.sleep(0.3)
        with serving(Tls(Certificate(["later.web.test"], octets(key_authorization)).write(tmp_path))):
            assert_valid(rig.outcome(authorization))


def test_other_methods_are_not_disturbed(rig):
    assert_valid(rig.http("both.web.test", lambda t, k: reply(k)))

# SPDX-License-Identifier: BSD-2-Clause
"""A little ACME client (RFC 8555) that is strict about every reply and can send anything malformed.

    client = Acme(directory_url, cafile)
    client.register()
    pem = client.issue(["a.test"], challenges)

Each step is also there by itself.  post() takes what a broken client would get wrong (nonce=, kid=, jwk=, alg=, url=,
protected=, signature=, body=, content_type=) and returns the Reply whatever its status; ok() and problem() judge it.
"""

import base64
import concurrent.futures
import contextlib
import hashlib
import hmac
import http.client
import http.server
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID

ERROR = "urn:ietf:params:acme:error:"
B64U = re.compile(r"[A-Za-z0-9_-]+\Z")
UNSET = object()
# What no detail may hold: quotes and line breaks (conformance S90), and the names of what is behind the server.
INTERNAL = re.compile(r'["\r\n]|(?i:sqlstate|libpq|postgres|gnutls|json-c|libfcgi|\.sql\b|\.c:[0-9]|/tmp/|/usr/)')


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


class Key:
    """An account or certificate key by JWS algorithm: ES256, ES384, ES512, RS256, EdDSA."""

    CURVES = {"ES256": (ec.SECP256R1, "P-256", hashes.SHA256), "ES384": (ec.SECP384R1, "P-384", hashes.SHA384),
              "ES512": (ec.SECP521R1, "P-521", hashes.SHA512)}

    def __init__(self, alg="ES256", bits=2048):
        self.alg = alg
        if alg in self.CURVES:
            self.private = ec.generate_private_key(self.CURVES[alg][0]())
        elif alg == "RS256":
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    def jwk(self):
        public = self.private.public_key()
        if self.alg in self.CURVES:
            n, size = public.public_numbers(), (public.key_size + 7) // 8
            return {"crv": self.CURVES[self.alg][1], "kty": "EC", "x": b64u(n.x.to_bytes(size, "big")),
                    "y": b64u(n.y.to_bytes(size, "big"))}
        if self.alg == "RS256":
            n = public.public_numbers()
            return {"e": b64u(n.e.to_bytes((n.e.bit_length() + 7) // 8, "big")), "kty": "RSA",
                    "n": b64u(n.n.to_bytes((n.n.bit_length() + 7) // 8, "big"))}
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"crv": "Ed25519", "kty": "OKP", "x": b64u(raw)}

    def thumbprint(self):
        return b64u(hashlib.sha256(json.dumps(self.jwk(), sort_keys=True, separators=(",", ":")).encode()).digest())

    def sign(self, data):
        if self.alg in self.CURVES:
            der = self.private.sign(data, ec.ECDSA(self.CURVES[self.alg][2]()))
            size = (self.private.key_size + 7) // 8
            return b"".join(n.to_bytes(size, "big") for n in utils.decode_dss_signature(der))
        if self.alg == "RS256":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(data)

    def pem(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()).decode()


class MacKey:
    """A key for external account binding: HS256, HS384, HS512; the secret as chertctl prints it or as bytes."""

    def __init__(self, secret, alg="HS256"):
        self.alg, self.secret = alg, secret if isinstance(secret, bytes) else unb64u(secret)

    def sign(self, data):
        return hmac.digest(self.secret, data, self.alg.replace("HS", "sha"))


def address(text):
    """None when it is no IP address."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(text)


def identifier(name):
    """Of type ip for an address as text."""
    return {"type": "ip" if address(name) else "dns", "value": name}


def general_name(name):
    return x509.IPAddress(address(name)) if address(name) else x509.DNSName(name)


def csr(key, names, common_name=None, extensions=()):
    """DER.  `extensions` are (x509 extension, critical) beside the subjectAltName."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([general_name(n) for n in names]), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    digest = None if key.alg == "EdDSA" else hashes.SHA256()
    return builder.sign(key.private, digest).public_bytes(serialization.Encoding.DER)


def certificates(pem):
    return [x509.load_pem_x509_certificate(block.encode()) for block in
            re.findall(r"-----BEGIN CERTIFICATE-----\n.+?-----END CERTIFICATE-----\n", pem, re.S)]


def der_of(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def cert_id(certificate):
    """RFC 9773, 4.1."""
    key_id = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    serial = certificate.serial_number
    return f"{b64u(key_id)}.{b64u(serial.to_bytes(serial.bit_length() // 8 + 1, 'big'))}"


def names_of(certificate):
    """DNS names, then addresses as texts."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName) + [str(a) for a in names.get_values_for_type(x509.IPAddress)]


class Reply:
    def __init__(self, method, url, status, headers, body):
        self.method, self.url, self.status, self.headers, self.body = method, url, status, headers, body

    def __getitem__(self, name):
        return self.headers.get(name)

    def all(self, name):
        return self.headers.get_all(name) or []

    @property
    def media_type(self):
        return (self["Content-Type"] or "").split(";")[0].strip()

    @property
    def json(self):
        assert self.media_type in ("application/json", "application/problem+json"), self
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode("ascii")

    @property
    def location(self):
        assert self["Location"], f"no Location: {self}"
        return self["Location"]

    def ok(self, status=200):
        assert self.status == status, f"expected {status}: {self}"
        return self

    def problem(self, kind, status=None):
        """The reply is a problem document of this type (the last part of the URN); returns it."""
        assert self.media_type == "application/problem+json", self
        found = self.json
        assert found["type"] == ERROR + kind, f"expected {kind}: {self}"
        assert status is None or self.status == status, f"expected {status}: {self}"
        assert found.get("status", self.status) == self.status, self
        assert found.get("detail"), self
        return found

    def links(self, relation):
        return [m.group(1) for value in self.all("Link")
                for m in re.finditer(r'<([^>]*)>\s*;\s*rel="?([^",;]+)"?', value) if m.group(2) == relation]

    def __repr__(self):
        return f"{self.method} {self.url} -> {self.status} {dict(self.headers)} {self.body[:500]!r}"


# How it shows that the server has closed a kept connection.
CLOSED = (http.client.RemoteDisconnected, http.client.CannotSendRequest, BrokenPipeError, ConnectionResetError,
          ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Acme:
    """One client with one account key and one kept connection.  Not for use by several threads at once."""

    def __init__(self, directory_url, cafile, key=None, strict=True, timeout=60):
        self.context = ssl.create_default_context(cafile=str(cafile))
        self.key, self.kid, self.strict, self.timeout = key or Key(), None, strict, timeout
        self.directory_url, self.connection, self.nonces = directory_url, None, []
        self.directory = self.get(directory_url).ok().json

    # --- transport

    def request(self, method, url, body=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        fresh = self.connection is None
        while True:
            if self.connection is None:
                self.connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=self.context,
                                                              timeout=self.timeout)
            try:
                self.connection.request(method, target, body=body, headers={"User-Agent": "chert-tests"} | (headers or {}))
                response = self.connection.getresponse()
                data = response.read()
                break
            except CLOSED:
                # The server may close a kept connection at any time; a fresh one it may not.
                self.close()
                if fresh:
                    raise
                fresh = True
        if response.will_close:
            self.close()
        reply = Reply(method, url, response.status, response.headers, data)
        if self.strict:
            self.judge(reply)
        if reply["Replay-Nonce"]:
            self.nonces.append(reply["Replay-Nonce"])
        return reply

    def judge(self, reply):
        """What holds for every reply of an ACME server."""
        nonces = reply.all("Replay-Nonce")
        assert len(nonces) <= 1, f"several nonces: {reply}"
        assert all(B64U.match(n) for n in nonces), f"nonce is not base64url (RFC 8555, 6.5.1): {reply}"
        if reply.url.startswith(self.directory_url.rsplit("/", 1)[0]):
            if reply.method == "POST" and reply.status < 500 and reply.status != 413:
                assert nonces, f"no nonce (RFC 8555, 6.5): {reply}"
            if reply.url.split("?")[0] != self.directory_url and reply.status < 400:
                assert self.directory_url in reply.links("index"), f"no index link (RFC 8555, 7.1): {reply}"
        if reply.status >= 400 and reply.method != "HEAD":
            assert reply.media_type == "application/problem+json", f"not a problem document: {reply}"
            assert reply.json["type"].startswith(ERROR), f"not an ACME problem: {reply}"
            assert not INTERNAL.search(reply.json["detail"]), f"not for outside: {reply}"
        if reply["Location"]:
            assert reply["Location"].startswith("https://"), f"Location is not absolute: {reply}"

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def get(self, url, **headers):
        return self.request("GET", url, headers=headers)

    def head(self, url):
        return self.request("HEAD", url)

    # --- JWS

    def nonce(self):
        if not self.nonces:
            self.head(self.directory["newNonce"]).ok()
        return self.nonces.pop()

    def jws(self, url, payload, key=None, kid=UNSET, jwk=UNSET, alg=UNSET, nonce=UNSET, protected=None, signature=None,
            drop=()):
        """A flattened JWS as dict.  Values given replace the right ones, None leaves the nonce out; `drop` names header
        fields to leave out."""
        key = key or self.key
        header = {"alg": key.alg if alg is UNSET else alg, "url": url}
        if nonce is not None:
            header["nonce"] = self.nonce() if nonce is UNSET else nonce
        if jwk is not UNSET:
            header["jwk"] = jwk
        elif kid is not UNSET:
            header["kid"] = kid
        elif self.kid:
            header["kid"] = self.kid
        else:
            header["jwk"] = key.jwk()
        header |= protected or {}
        header = {k: v for k, v in header.items() if k not in drop}
        body = b"" if payload is None else payload if isinstance(payload, bytes) else compact(payload)
        first, second = b64u(compact(header)), b64u(body)
        made = key.sign(f"{first}.{second}".encode()) if signature is None else signature
        return {"protected": first, "payload": second, "signature": b64u(made)}

    def post(self, url, payload=None, body=None, content_type="application/jose+json", jws_url=None, retry=True,
             headers=None, **broken):
        """payload None is POST-as-GET.  A badNonce is retried once, as RFC 8555, 6.5, asks, unless the caller broke it."""
        sent = body if body is not None else compact(self.jws(jws_url or url, payload, **broken))
        reply = self.request("POST", url, sent, {"Content-Type": content_type} | (headers or {}))
        if (retry and body is None and "nonce" not in broken and reply.status == 400
                and reply.json.get("type") == ERROR + "badNonce"):
            return self.post(url, payload, content_type=content_type, jws_url=jws_url, retry=False, headers=headers,
                             **broken)
        return reply

    # --- the steps of RFC 8555, section 7

    def new_account(self, payload=None, **broken):
        broken.setdefault("jwk", (broken.get("key") or self.key).jwk())
        return self.post(self.directory["newAccount"], payload or {"termsOfServiceAgreed": True}, **broken)

    def register(self, **members):
        reply = self.new_account({"termsOfServiceAgreed": True} | members)
        assert reply.status in (200, 201), reply
        self.kid = reply.location
        return reply

    def binding(self, kid, secret, alg="HS256", url=None, payload=None, **broken):
        """externalAccountBinding for this client's key (RFC 8555, 7.3.4); `broken` goes to jws()."""
        mac_key = MacKey(secret, alg) if alg.startswith("HS") else Key(alg)
        return self.jws(url or self.directory["newAccount"], self.key.jwk() if payload is None else payload,
                        **({"key": mac_key, "kid": kid, "nonce": None} | broken))

    def inner_key_change(self, new, payload=None, url=None, **broken):
        """The JWS by the new key (RFC 8555, 7.3.5); `payload` changes members, None as value leaves one out."""
        members = {"account": self.kid, "oldKey": self.key.jwk()} | (payload or {})
        return self.jws(url or self.directory["keyChange"], {k: v for k, v in members.items() if v is not None},
                        **({"key": new, "jwk": new.jwk(), "nonce": None} | broken))

    def change_key(self, new, **broken):
        """With success, the client has the new key."""
        reply = self.post(self.directory["keyChange"], self.inner_key_change(new, **broken))
        if reply.status == 200:
            self.key = new
        return reply

    def orders(self, url=None):
        """The pages of the list of orders, each as list of URLs."""
        url = url or self.read(self.kid)["orders"]
        while url:
            reply = self.post(url).ok()
            assert len(reply.links("next")) <= 1, reply
            yield reply.json["orders"]
            url = next(iter(reply.links("next")), None)

    def new_order(self, names, **members):
        identifiers = [n if isinstance(n, dict) else identifier(n) for n in names]
        return self.post(self.directory["newOrder"], {"identifiers": identifiers} | members)

    def read(self, url):
        return self.post(url).ok().json

    def challenge(self, authorization, kind="http-01"):
        found = [c for c in authorization["challenges"] if c["type"] == kind]
        assert len(found) == 1, f"no {kind} in {authorization}"
        return found[0]

    def key_authorization(self, token):
        return f"{token}.{self.key.thumbprint()}"

    def poll(self, url, until=("valid", "invalid"), seconds=60):
        """Until the status is one of these; honours Retry-After as far as a test can wait."""
        deadline = time.monotonic() + seconds
        while True:
            reply = self.post(url).ok()
            if reply.json["status"] in until:
                return reply.json
            assert time.monotonic() < deadline, f"still {reply.json['status']} after {seconds} s: {reply}"
            assert re.fullmatch(r"[1-9][0-9]*", reply["Retry-After"] or "1"), reply
            time.sleep(0.05)

    def authorize(self, url, solver, kind="http-01"):
        """Answers one challenge and waits; returns the authorization, valid or not."""
        authorization = self.read(url)
        if authorization["status"] != "pending":
            return authorization
        challenge = self.challenge(authorization, kind)
        token = challenge.get("token")
        with solver.answer(authorization["identifier"]["value"], token, token and self.key_authorization(token)):
            self.post(challenge["url"], {}).ok()
            return self.poll(url, until=("valid", "invalid", "expired", "deactivated", "revoked"))

    def ready_order(self, names, solver, kind="http-01", **members):
        """A new order, taken to ready; returns its URL and object."""
        reply = self.new_order(names, **members).ok(201)
        for url in reply.json["authorizations"]:
            authorization = self.authorize(url, solver, kind)
            assert authorization["status"] == "valid", authorization
        order = self.read(reply.location)
        assert order["status"] == "ready", order
        return reply.location, order

    def finalize(self, order, der):
        return self.post(order["finalize"], {"csr": b64u(der)})

    def issue(self, names, solver, key=None, kind="http-01", **members):
        """From newOrder to the PEM chain."""
        return self.download(self.issue_order(names, solver, key, kind, **members)["certificate"]).text

    def issue_order(self, names, solver, key=None, kind="http-01", **members):
        """From newOrder to the order that is valid."""
        url, order = self.ready_order(names, solver, kind, **members)
        self.finalize(order, csr(key or Key(), names)).ok()
        order = self.poll(url)
        assert order["status"] == "valid", order
        return order

    def new_authz(self, name, **members):
        """newAuthz; `members` go into the identifier."""
        return self.post(self.directory["newAuthz"], {"identifier": identifier(name) | members})

    def download(self, url):
        reply = self.post(url, headers={"Accept": "application/pem-certificate-chain"}).ok()
        assert reply.media_type == "application/pem-certificate-chain", reply
        return reply

    def revoke(self, der, reason=None, **broken):
        payload = {"certificate": b64u(der)} | ({} if reason is None else {"reason": reason})
        return self.post(self.directory["revokeCert"], payload, **broken)


def together(clients, action):
    """Runs action(client) in as many threads, released at the same moment, each with a nonce at hand."""
    barrier = threading.Barrier(len(clients))

    def one(client):
        client.nonces.append(client.nonce())
        barrier.wait(30)
        return action(client)

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(one, clients))


class HttpSolver:
    """Answers http-01 on a port of one address.  `replies` may hold (status, headers, body) by path for misbehaving."""

    def __init__(self, port, host="127.0.0.1"):
        self.tokens, self.replies, self.seen, self.delay = {}, {}, [], 0
        solver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                solver.seen.append((self.headers.get("Host"), self.path))
                time.sleep(solver.delay)
                token = self.path.rpartition("/")[2]
                known = self.path.startswith("/.well-known/acme-challenge/") and token in solver.tokens
                status, headers, body = solver.replies.get(self.path) or (
                    (200, {}, solver.tokens[token].encode()) if known else (404, {}, b"no such token"))
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    for name, value in ({"Content-Length": str(len(body))} | headers).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True
            request_queue_size = 128

        self.server = Server((host, port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @contextlib.contextmanager
    def answer(self, _name, token, key_authorization):
        self.tokens[token] = key_authorization
        try:
            yield
        finally:
            del self.tokens[token]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

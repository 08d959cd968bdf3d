# SPDX-License-Identifier: BSD-2-Clause
"""Servers of TLS that no library makes: their certificates have keys of any size, and their signatures are junk."""

import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RSA, RSA_PSS = bytes.fromhex("06092a864886f70d0101010500"), bytes.fromhex("06092a864886f70d01010a")
DSA = bytes.fromhex("06072a8648ce380401")
SIGNED_WITH = bytes.fromhex("300d06092a864886f70d01010b0500")
ECDHE_RSA, DHE_RSA, PLAIN_RSA, TLS13_SUITE = 0xc02f, 0x009e, 0x009c, 0x1301
PKCS1_SHA256, PSS_RSAE_SHA256, PSS_PSS_SHA256 = 0x0401, 0x0804, 0x0809
X25519 = 0x001d
HELLO, EXTENSIONS, CERTIFICATE, KEY_EXCHANGE, DONE, VERIFY = 2, 8, 11, 12, 14, 15


# --- certificates

def tlv(tag, *parts):
    value = b"".join(parts)
    n = len(value)
    head = bytes([n]) if n < 128 else bytes([0x82]) + struct.pack(">H", n)
    return bytes([tag]) + head + value


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def odd(bits):
    return secrets.randbits(bits) | 1 << bits - 1 | 1


def rsa_key(modulus, exponent, algorithm=RSA):
    """By numbers of bits; the number is prime for nobody."""
    return tlv(0x30, tlv(0x30, algorithm), tlv(3, b"\0", tlv(0x30, integer(odd(modulus)), integer(odd(exponent)))))


def dsa_key(bits):
    parameters = tlv(0x30, integer(odd(bits)), integer(odd(256)), integer(odd(bits - 1)))
    return tlv(0x30, tlv(0x30, DSA, parameters), tlv(3, b"\0", integer(odd(bits - 1))))


def certificate(key):
    name = tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403"), tlv(12, b"x"))))
    validity = tlv(0x30, tlv(0x17, b"200101000000Z"), tlv(0x17, b"400101000000Z"))
    tbs = tlv(0x30, tlv(0xa0, integer(2)), integer(5), SIGNED_WITH, name, validity, name, key)
    return tlv(0x30, tbs, SIGNED_WITH, tlv(3, b"\0" + secrets.token_bytes(256)))


# --- messages

def sized(n, value):
    return len(value).to_bytes(n, "big") + value


def message(kind, body):
    return bytes([kind]) + sized(3, body)


def extension(kind, value):
    return struct.pack(">H", kind) + sized(2, value)


def record(kind, data):
    return bytes([kind, 3, 3]) + sized(2, data)


def alpn(hello):
    return extension(16, sized(2, sized(1, b"acme-tls/1"))) if b"acme-tls/1" in hello else b""


def signature(scheme):
    return struct.pack(">H", scheme) + sized(2, b"\1" + secrets.token_bytes(255))


def server_hello(session_id, suite, extensions):
    return message(HELLO, b"\3\3" + secrets.token_bytes(32) + sized(1, session_id) + struct.pack(">HB", suite, 0) +
                   sized(2, extensions))


def receive(conn, n):
    data = b""
    while len(data) < n:
        more = conn.recv(n - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def client_hello(conn):
    return receive(conn, int.from_bytes(receive(conn, 5)[3:], "big"))


def until_closed(conn):
    while conn.recv(1000):
        pass


# --- servers: each is a function of the connection

def tls12(key, suite=ECDHE_RSA, hasty=False):
    """`hasty` does not wait for the client to begin."""
    parameters = {
        ECDHE_RSA: b"\3" + struct.pack(">H", X25519) + sized(1, secrets.token_bytes(32)),
        DHE_RSA: sized(2, odd(4096).to_bytes(512, "big")) + sized(2, b"\2") + sized(2, odd(4095).to_bytes(512, "big")),
    }.get(suite)

    def answer(conn):
        hello = b"" if hasty else client_hello(conn)
        flight = server_hello(b"", suite, extension(0xff01, b"\0") + alpn(hello))
        flight += message(CERTIFICATE, sized(3, sized(3, certificate(key))))
        if parameters:
            flight += message(KEY_EXCHANGE, parameters + signature(PKCS1_SHA256))
        conn.sendall(record(22, flight + message(DONE, b"")))
        until_closed(conn)
    return answer


def expand(secret, label, context, n):
    info = struct.pack(">H", n) + sized(1, b"tls13 " + label) + sized(1, context)
    return hmac.digest(secret, info + b"\1", "sha256")[:n]


def handshake_keys(shared, transcript):
    """RFC 8446 7.1: those of the server."""
    early = hmac.digest(bytes(32), bytes(32), "sha256")
    derived = expand(early, b"derived", hashlib.sha256().digest(), 32)
    secret = expand(hmac.digest(derived, shared, "sha256"), b"s hs traffic", hashlib.sha256(transcript).digest(), 32)
    return AESGCM(expand(secret, b"key", b"", 16)), expand(secret, b"iv", b"", 12)


def tls13(key, scheme=PSS_RSAE_SHA256):
    def answer(conn):
        hello = client_hello(conn)
        share = hello.split(struct.pack(">HH", X25519, 32))[1][:32]
        own = x25519.X25519PrivateKey.generate()
        public = own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        first = server_hello(hello[39:39 + hello[38]], TLS13_SUITE, extension(43, b"\3\4") +
                             extension(51, struct.pack(">H", X25519) + sized(2, public)))
        cipher, nonce = handshake_keys(own.exchange(x25519.X25519PublicKey.from_public_bytes(share)), hello + first)
        flight = message(EXTENSIONS, sized(2, alpn(hello)))
        flight += message(CERTIFICATE, b"\0" + sized(3, sized(3, certificate(key)) + sized(2, b"")))
        flight += message(VERIFY, signature(scheme)) + b"\x16"
        head = b"\x17\3\3" + struct.pack(">H", len(flight) + 16)
        conn.sendall(record(22, first) + record(20, b"\1") + head + cipher.encrypt(nonce, flight, head))
        until_closed(conn)
    return answer


# What a client has to refuse, and why.
MODULUS, EXPONENT = "RSA modulus has more than 8192 bits", "RSA exponent has more than 256 bits"
COSTLY = [
    (tls12(rsa_key(16384, 16000)), MODULUS),
    (tls12(rsa_key(8200, 17)), MODULUS),
    (tls12(rsa_key(2048, 2047)), EXPONENT),
    (tls12(rsa_key(16384, 16000), hasty=True), MODULUS),
    (tls12(rsa_key(16384, 16000), PLAIN_RSA), MODULUS),
    (tls12(rsa_key(2048, 264), PLAIN_RSA), EXPONENT),
    (tls13(rsa_key(16384, 16000)), MODULUS),
    (tls13(rsa_key(2048, 2047)), EXPONENT),
    (tls13(rsa_key(16384, 16000, RSA_PSS), PSS_PSS_SHA256), MODULUS),
    (tls13(dsa_key(8192)), "public key is none of RSA, ECDSA and EdDSA"),
]
# What only a signature is wrong with: the checks above come before it, and these servers get as far as that.
JUNK = [tls12(rsa_key(2048, 17)), tls12(rsa_key(8192, 256)), tls13(rsa_key(2048, 17)),
        tls13(rsa_key(2048, 17, RSA_PSS), PSS_PSS_SHA256)]

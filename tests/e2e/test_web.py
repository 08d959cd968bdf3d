# SPDX-License-Identifier: BSD-2-Clause
"""What is between the client and the responder: TLS, what the web server refuses by itself, what it must pass on."""

import concurrent.futures
import os
import signal
import socket
import ssl
import time

import pytest

import acme


def raw(stack, data, version=None):
    """One connection of its own: sends these bytes and returns what comes back."""
    context = ssl.create_default_context(cafile=str(stack.root_file))
    if version:
        context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            try:
                tls.sendall(data)
            except OSError:
                pass
            got = b""
            try:
                while chunk := tls.recv(65536):
                    got += chunk
            except OSError:
                pass
            return got


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_versions(stack, version):
    got = raw(stack, b"GET /acme/directory HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", version)
    assert b" 200 " in got.split(b"\r\n")[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_refused(stack):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as plain:
        with pytest.raises(OSError):
            context.wrap_socket(plain)


def test_plain_http_gets_nothing(stack):
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as plain:
        plain.sendall(b"GET /acme/directory HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        plain.settimeout(20)
        try:
            got = plain.recv(65536)
        except OSError:
            got = b""
    assert b"newNonce" not in got


def test_body_beyond_the_responder(client):
    client.request("POST", client.directory["newOrder"], b"x" * 65537, {"Content-Type": "application/jose+json"}).problem(
        "malformed", 413)


@pytest.mark.parametrize("size", [128 * 1024 + 1, 10**9])
def test_body_beyond_the_web_server(stack, size):
    """Refused by what the header says, with a problem document."""
    got = raw(stack, b"POST /acme/new-order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose+json\r\n"
              b"Content-Length: %d\r\nConnection: close\r\n\r\n" % size)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 "), head
    assert b"application/problem+json" in head.lower(), head
    assert b'"type":"urn:ietf:params:acme:error:malformed"' in body


def test_refusals_of_the_web_server_are_problem_documents(stack):
    head, _, body = raw(stack, b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 "), head
    assert b"application/problem+json" in head.lower(), head
    assert b'"type":"urn:ietf:params:acme:error:malformed"' in body


@pytest.mark.parametrize("request_head", [b"X: " + b"a" * 40000, b"bad header"])
def test_requests_that_cannot_be_read(stack, request_head):
    """lighttpd refuses these before it knows which site they are for; then its own page has to do."""
    got = raw(stack, b"GET /acme/directory HTTP/1.1\r\n" + request_head + b"\r\n\r\n")
    assert got.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), got
    assert b"application/problem+json" in got.lower() or stack.web == "lighttpd", got


def test_chunked_body(client):
    body = acme.compact(client.jws(client.kid, {}))
    reply = client.request("POST", client.kid, iter([body[:100], body[100:]]), {"Content-Type": "application/jose+json"})
    reply.ok()


def test_ok_with_location_is_not_a_redirect(client):
    """RFC 8555, 7.3.1: 200 and the account's URL, which mod_fcgid would make a redirect of."""
    reply = client.new_account({"onlyReturnExisting": True}).ok(200)
    assert reply.location == client.kid
    assert reply["X-Location"] is None


def test_created_with_location(client, name):
    reply = client.new_order([name]).ok(201)
    assert len(reply.all("Location")) == 1 and reply["X-Location"] is None


def test_host_header_does_not_matter(stack):
    got = raw(stack, b"GET /acme/directory HTTP/1.1\r\nHost: evil.example:1\r\nConnection: close\r\n\r\n")
    assert b"evil" not in got and stack.base_url.encode() in got


def test_many_connections_at_once(stack, new_client):
    clients = [new_client() for _ in range(24)]

    def one(client):
        client.register()
        return [client.post(client.kid, {}).ok().status for _ in range(5)]

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        results = list(pool.map(one, clients))
    assert results == [[200] * 5] * len(clients)
    assert time.monotonic() - start < 30


def test_stopped_responders_finish_what_they_have(stack, client, solver, name):
    """SIGTERM while finalize waits for a signer that does not move: the answer still comes, and is a good one."""
    _, order = client.ready_order([name], solver)
    processing = [["processing"]]
    with stack.paused("signer"), concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.finalize, order, acme.csr(acme.Key(), [name]))
        while stack.sql(f"select status from acme.orders where identifiers @> '[{{\"value\": \"{name}\"}}]'") != processing:
            assert not answer.done(), answer.result()
            time.sleep(0.02)
        for pid in stack.responders():
            os.kill(pid, signal.SIGTERM)
        assert answer.result(30).ok().json["status"] == "processing"


def test_killed_responders_are_replaced(stack, client):
    """All of them at once: the web server answers with a problem document until there are new ones."""
    victims = stack.responders()
    assert victims
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while True:
        client.close()
        reply = client.post(client.kid, {}, retry=False)
        if reply.status == 200:
            break
        assert reply.status in (500, 502, 503), reply
        assert time.monotonic() < deadline, reply
        time.sleep(0.2)

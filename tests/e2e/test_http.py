# SPDX-License-Identifier: BSD-2-Clause
"""HTTP as clients of every kind speak it, through the web server (RFC 8555, 6.1 to 6.3)."""

import subprocess
import time

import pytest

import acme
from test_web import raw

HOST = b"Host: localhost\r\nConnection: close\r\n"
JOSE = b"Content-Type: application/jose+json\r\n"


def answer(stack, data):
    """Status and whether it is a problem document; the web server's own page counts as none."""
    head, _, body = raw(stack, data).partition(b"\r\n\r\n")
    return int(head.split()[1]), b"application/problem+json" in head.lower() and body.startswith(b'{"type":"urn:')


PATHS = ["/directory/", "//directory", "/Directory", "/%64irectory", "/directory%2f", "/./directory", "/../acme/directory",
         "/directory;x", "/", "", "x", "/order/", "/order/x", "/challenge/x/http-01", "/<script>", "/" + "x" * 201]


@pytest.mark.parametrize("path", PATHS)
def test_a14_paths_that_lead_nowhere(stack, path):
    status, problem = answer(stack, b"GET /acme" + path.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    assert status == 404 and problem


@pytest.mark.parametrize("path", [b"/acme/directory%00", b"/acme/%", b"/acme/\xff", b"/acme/directory#x", b"/acme/a b"])
def test_a14_paths_that_are_none(stack, path):
    """Each web server has its own idea of them; none is served."""
    assert answer(stack, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")[0] in (400, 404)


def test_query_does_not_hide_a_resource(stranger):
    assert stranger.get(stranger.directory_url + "?x=1").ok().json == stranger.directory


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"])
@pytest.mark.parametrize("resource", ["newNonce", "newOrder"])
def test_a13_methods(client, method, resource):
    client.request(method, client.directory[resource]).problem("malformed", 405)


def test_a13_head_is_refused_where_get_is(client):
    """Without a body, as every answer to HEAD."""
    reply = client.request("HEAD", client.directory["newOrder"])
    assert (reply.status, reply.body) == (405, b"") and "POST" in reply["Allow"]


def test_a5_a6_preflight(client):
    reply = client.request("OPTIONS", client.directory["newOrder"], headers={
        "Origin": "https://page.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"}).ok(204)
    assert reply["Access-Control-Allow-Origin"] == "*"
    assert "POST" in reply["Access-Control-Allow-Methods"] and "Content-Type" in reply["Access-Control-Allow-Headers"]
    exposed = {h.strip() for h in reply["Access-Control-Expose-Headers"].split(",")}
    assert {"Link", "Replay-Nonce", "Location", "Retry-After"} <= exposed


def test_a5_errors_are_for_pages_too(client):
    assert client.request("PUT", client.directory["newOrder"], headers={"Origin": "x"})["Access-Control-Allow-Origin"] == "*"


def test_a16_a17_caching_and_index(client):
    assert "no-store" in client.head(client.directory["newNonce"])["Cache-Control"]
    for reply in (client.get(client.directory_url), client.post(client.kid)):
        assert "no-cache" in reply["Cache-Control"] or "no-store" in reply["Cache-Control"]
    for reply in (client.get(client.directory["newOrder"]), client.post(client.kid, b"[]"),
                  client.get(client.directory_url + "x")):
        assert client.directory_url in reply.links("index"), reply


TYPES = {"application/jose+json; charset=utf-8": 200, "APPLICATION/JOSE+JSON": 200, "application/jose+json;": 200,
         "application/jose+jsonx": 415, "application/jose+json,text/plain": 415}


@pytest.mark.parametrize("media_type,status", TYPES.items())
def test_a7_a8_media_types(client, media_type, status):
    assert client.post(client.kid, {}, content_type=media_type).status == status


@pytest.mark.parametrize("accept", ["*/*", "", "application/pkix-cert", "image/png"])
def test_s15_accept_is_never_a_reason_to_refuse(client, accept):
    client.post(client.kid, {}, headers={"Accept": accept, "Accept-Encoding": "gzip", "Accept-Language": "de"}).ok()


LENGTHS = {"negative": b"-1", "text": b"5x", "beyond 63 bits": b"9223372036854775808", "beyond 64 bits": b"18446744073709551616",
           "two": b"2\r\nContent-Length: 3"}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_lengths_that_lie(stack, length):
    got = answer(stack, b"POST /acme/new-order HTTP/1.1\r\n" + HOST + JOSE + b"Content-Length: " + length + b"\r\n\r\n{}")
    assert got[0] in (400, 413)


@pytest.mark.parametrize("length", [b"Content-Length: 0\r\n", b""], ids=["empty", "absent"])
def test_post_without_body(stack, length):
    assert answer(stack, b"POST /acme/new-order HTTP/1.1\r\n" + HOST + JOSE + length + b"\r\n")[0] in (400, 411)


def test_pipelined_requests(stack):
    one = b"GET /acme/directory HTTP/1.1\r\nHost: localhost\r\n"
    assert raw(stack, (one + b"\r\n") * 20 + one + b"Connection: close\r\n\r\n").count(b'"newNonce"') == 21


def test_http_1_0(stack):
    assert b" 200 " in raw(stack, b"GET /acme/directory HTTP/1.0\r\nHost: localhost\r\n\r\n").split(b"\r\n")[0]


def test_slow_bodies_hold_no_responder(stack, client, new_client):
    """More of them than there are responders."""
    slow = [new_client() for _ in range(20)]
    for c in slow:
        c.connection.putrequest("POST", "/acme/new-order")
        c.connection.putheader("Content-Type", "application/jose+json")
        c.connection.putheader("Content-Length", "1000")
        c.connection.endheaders(b"x")
    start = time.monotonic()
    client.post(client.kid, {}).ok()
    assert time.monotonic() - start < 5


def http_2(stack, url, *options):
    done = subprocess.run(["curl", "-sS", "--http2", "--cacert", stack.root_file, "-D", "-", "--max-time", "20", *options, url],
                          check=False, capture_output=True, text=True)
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    return head.lower(), body


def test_a15_http_2(stack, client, name):
    payload = {"identifiers": [{"type": "dns", "value": name}]}
    body = acme.compact(client.jws(client.directory["newOrder"], payload)).decode()
    head, _ = http_2(stack, client.directory["newOrder"], "-H", "Content-Type: application/jose+json", "--data-binary", body)
    assert head.split()[1] == "201", head
    for field in ("\nreplay-nonce: ", "\nlocation: ", '\nlink: <' + client.directory_url + '>;rel="index"'):
        assert field in head, head


def test_a12_http_2_body_too_long(stack, client, tmp_path):
    """lighttpd ends the stream instead."""
    (tmp_path / "body").write_bytes(b"x" * 200000)
    head, body = http_2(stack, client.directory["newOrder"], "-H", "Content-Type: application/jose+json",
                        "--data-binary", f"@{tmp_path}/body")
    if head or stack.web != "lighttpd":
        assert head.split()[1] == "413" and "application/problem+json" in head and body.startswith('{"type":"urn:'), head

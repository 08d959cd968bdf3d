# SPDX-License-Identifier: BSD-2-Clause
"""http-01: what chert-validator asks web servers, where it refuses to go, what it says and keeps to itself."""

import contextlib
import ssl
import time

import pytest

from rig import WELL_KNOWN, assert_invalid, assert_valid, redirect, reply


def test_valid(rig):
    record = assert_valid(rig.http("ok.web.test", lambda t, k: reply(k)))
    host, path, headers = [s for s in rig.web.seen if s[0] == "ok.web.test"][-1]
    assert path.startswith(WELL_KNOWN) and headers["Host"] == f"ok.web.test:{rig.web.port}"
    hop = record["hops"][0]
    assert hop["hostname"] == "ok.web.test" and hop["addressUsed"] == "127.0.0.1" and hop["status"] == 200
    assert hop["addressesResolved"] == ["127.0.0.1"] and hop["port"] == rig.web.port
    assert record["perspective"] == "default"


@pytest.mark.parametrize("tail", ["\n", " \t\r\n\r\n", "\v\f"])
def test_trailing_space(rig, tail):
    assert_valid(rig.http("tail.web.test", lambda t, k: reply(k + tail)))


@pytest.mark.parametrize("wrap", [
    lambda k: " " + k, lambda k: "\ufeff" + k, lambda k: k + "x", lambda k: k[:-1], lambda k: "", lambda k: f'"{k}"',
    lambda k: k + "\0", lambda k: k + " x", lambda k: k.upper(),
    lambda k: f"<html>\"quoted\" \x1b[31m{k}</html>", lambda k: k + " " * 5000, lambda k: "A" * 100000])
def test_wrong_body(rig, wrap):
    assert_invalid(rig.http("wrong.web.test", lambda t, k: reply(wrap(k))), "incorrectResponse",
                   "http://wrong.web.test:", "[127.0.0.1]", "expected the key authorization")


@pytest.mark.parametrize("status", [201, 299])
def test_other_success(rig, status):
    assert_valid(rig.http("success.web.test", lambda t, k: reply(k, status)))


@pytest.mark.parametrize("status", [300, 303, 304, 305, 306, 400, 404, 500, 503])
def test_status(rig, status):
    assert_invalid(rig.http("status.web.test", lambda t, k: reply("" if status == 304 else k, status,
                                                                 [("Location", "http://ok.web.test/")])),
                   "unauthorized", f"status is {status}")


def test_chunked_after_interim(rig):
    def answer(key):
        def write(h):
            h.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLocation: http://ten.test/\r\n\r\n"
                          b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                          + b"%x\r\n%s\r\n0\r\nLocation: x\r\n\r\n" % (len(key), key.encode()))
        return write
    assert_valid(rig.http("chunked.web.test", lambda t, k: answer(k)))


def test_secrets_stay_out_of_details_and_log(rig):
    tokens = []

    def answer(token, key):
        tokens.append(token)
        return reply(f"{token}.somethingelse", 200)
    outcome = rig.http("secret.web.test", answer)
    assert_invalid(outcome, "incorrectResponse", "{token}.somethingelse")
    assert tokens[0] not in outcome[3]["detail"] and tokens[0] not in rig.log()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect(rig, status):
    def answer(token, key):
        rig.web.answers["to.web.test"] = reply(key)
        return redirect(f"http://to.web.test:{rig.web.port}/elsewhere", status)
    record = assert_valid(rig.http("from.web.test", answer))
    assert [h["hostname"] for h in record["hops"]] == ["from.web.test", "to.web.test"]


def test_redirect_to_https_with_any_certificate(rig):
    def answer(token, key):
        rig.tls.answers["secure.web.test"] = reply(key)
        return redirect(f"https://secure.web.test:{rig.tls.port}/x")
    record = assert_valid(rig.http("secure.web.test", answer))
    assert record["hops"][1]["url"].startswith("https://")


def test_redirect_relative_and_to_literal(rig):
    def answer(token, key):
        rig.web.answers["127.0.0.1"] = reply(key)
        return lambda h: (redirect("/second") if h.path != "/second" else
                          redirect(f"http://127.0.0.1:{rig.web.port}/third"))(h)
    record = assert_valid(rig.http("relative.web.test", answer))
    assert len(record["hops"]) == 3


@pytest.mark.parametrize("hops,good", [(10, True), (11, False)])
def test_redirect_limit(rig, hops, good):
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
def test_redirect_refused(rig, location, kind, says):
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
def test_address_refused(rig, name, says):
    authorization, *_ = rig.queue(name)
    assert_invalid(rig.outcome(authorization), "connection", says)


def test_permitted_address_among_refused_ones(rig):
    record = assert_valid(rig.http("mixed.test", lambda t, k: reply(k)))
    assert record["hops"][0]["addressesTried"] == ["127.0.0.1"]
    assert record["hops"][0]["addressesResolved"] == ["10.1.1.1", "127.0.0.1"]


def test_falls_back_to_ipv4(rig):
    record = assert_valid(rig.http("six.test", lambda t, k: reply(k)))
    assert record["hops"][0]["addressesTried"] == ["::1", "127.0.0.1"]


def test_connection_refused(rig):
    authorization, *_ = rig.queue("sixonly.test")
    assert_invalid(rig.outcome(authorization), "connection", "[::1]: connection was refused")


def test_no_address(rig):
    rig.knot.add("txtonly.dns.test", "TXT", "x")
    authorization, *_ = rig.queue("txtonly.dns.test")
    assert_invalid(rig.outcome(authorization), "dns", "no A or AAAA record")


def test_resolved_by_dns(rig):
    assert_valid(rig.http("any.dns.test", lambda t, k: reply(k)))


def test_slow_server(rig):
    started = time.monotonic()
    outcome = rig.http("slow.web.test", lambda t, k: lambda h: time.sleep(6))
    assert_invalid(outcome, "connection", "slow.web.test", "[127.0.0.1]", "no whole response")
    assert time.monotonic() - started < 5


def test_closes_without_answer(rig):
    assert_invalid(rig.http("mute.web.test", lambda t, k: lambda h: None), "connection", "closed")


def test_endless_header(rig):
    def write(h):
        with contextlib.suppress(OSError):
            h.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10000 + b"\r\nx")
    assert_invalid(rig.http("header.web.test", lambda t, k: write), "connection", "larger than")


def test_tls_failure_on_redirect(rig):
    def refuse(_, name, __):
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name == "tls.web.test" else None
    rig.tls.server.socket.context.sni_callback = refuse
    location = f"https://tls.web.test:{rig.tls.port}/x"
    assert_invalid(rig.http("tls.web.test", lambda t, k: redirect(location)), "tls", location, "TLS handshake failed")


def test_does_not_validate_wildcards(rig):
    authorization, *_ = rig.queue("wild.web.test", wildcard=True)
    assert_invalid(rig.outcome(authorization), "unauthorized", "wildcard")



# SPDX-License-Identifier: BSD-2-Clause
"""Validations that are tried again, as their clients see them (RFC 8555, 8.2; conformance A203, A211, A212), and what they
are told of those that are over."""

import contextlib
import re
import socket
import threading
import time

import pytest

import acme


@pytest.fixture(scope="module")
def stack_settings(knot):
    return {"resolvers": [knot.address],
            "validator_settings": 'poll-interval = "100ms"\n\tretries = 5\n\tretry-delay = "1min"'}


@contextlib.contextmanager
def refusing(port):
    """Somebody who takes connections and ends them at once; yields the list of when."""
    times, listener = [], socket.create_server(("127.0.0.1", port), backlog=128)

    def run():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                times.append(time.monotonic())
                connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield times
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def started(client, name, kind="http-01"):
    created = client.new_order([name]).ok(201)
    place = created.json["authorizations"][0]
    challenge = client.challenge(client.read(place), kind)
    client.post(challenge["url"], {}).ok()
    return created.location, place, challenge


def failed_once(client, url, seconds=20):
    """The reply that shows the first failure."""
    deadline = time.monotonic() + seconds
    while "error" not in (reply := client.post(url).ok()).json:
        assert time.monotonic() < deadline and reply.json["status"] == "processing", reply
        time.sleep(0.05)
    return reply


def test_a203_a211_processing_with_error(client, name):
    """And how long until the next try; the authorization stays pending (S68)."""
    order, place, challenge = started(client, name)
    reply = failed_once(client, challenge["url"])
    assert reply.json["status"] == "processing"
    assert reply.json["error"]["type"] == acme.ERROR + "connection" and reply.json["error"]["detail"]
    assert set(reply.json) == {"type", "url", "status", "token", "error"}
    assert 30 <= int(reply["Retry-After"]) <= 90
    found = client.post(place).ok()
    assert found.json["status"] == "pending" and client.challenge(found.json) == reply.json
    assert 30 <= int(found["Retry-After"]) <= 90
    assert client.read(order)["status"] == "pending"
    others = [c for c in found.json["challenges"] if c["type"] != "http-01"]
    assert others and all(c["status"] == "pending" and "error" not in c for c in others)


def test_a212_sent_again(client, stack, name):
    """Starts the next try, and the failure is forgotten once it succeeds."""
    order, place, challenge = started(client, name)
    failed_once(client, challenge["url"])
    solver = acme.HttpSolver(stack.http_port)
    try:
        with solver.answer(name, challenge["token"], client.key_authorization(challenge["token"])):
            time.sleep(1.1)
            assert client.post(challenge["url"], {}).ok().json["status"] == "processing"
            found = client.poll(place, seconds=10)
    finally:
        solver.close()
    assert found["status"] == "valid" and "error" not in client.challenge(found)
    assert client.read(order)["status"] == "ready"


def test_a212_not_too_often(client, stack, name):
    with refusing(stack.http_port) as times:
        _, _, challenge = started(client, name)
        failed_once(client, challenge["url"])
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert client.post(challenge["url"], {}).ok().json["status"] == "processing"
    assert len(times) >= 3 and all(b - a > 0.9 for a, b in zip(times, times[1:])), times


def test_a202_deactivated_while_it_waits(client, stack, name):
    _, place, challenge = started(client, name)
    failed_once(client, challenge["url"])
    assert client.post(place, {"status": "deactivated"}).ok().json["status"] == "deactivated"
    client.post(challenge["url"], {}).problem("malformed", 400)
    assert stack.sql(f"select count(*) from acme.jobs where object_id = '{acme.unb64u(place.split('/')[-1]).hex()}'") == [["0"]]


def test_wrong_answer_is_final(client, stack, name):
    solver = acme.HttpSolver(stack.http_port)
    try:
        order, place, challenge = started(client, name)
        found = client.poll(place, seconds=10)
    finally:
        solver.close()
    assert found["status"] == client.read(order)["status"] == "invalid"
    assert client.challenge(found)["error"]["type"] != acme.ERROR + "connection"
    assert len([path for _, path in solver.seen if challenge["token"] in path]) == 1


# --- validationRecord

@pytest.mark.parametrize("good", [True, False])
def test_http_record(client, stack, name, good):
    """Each hop: where it led and which addresses were tried, but nothing of what was found there."""
    solver = acme.HttpSolver(stack.http_port)
    try:
        place, = client.new_order([name]).ok(201).json["authorizations"]
        challenge = client.challenge(client.read(place))
        first = f"http://{name}:{stack.http_port}/.well-known/acme-challenge/{challenge['token']}"
        then = f"http://www.{name}:{stack.http_port}/elsewhere"
        solver.replies["/.well-known/acme-challenge/" + challenge["token"]] = (302, {"Location": then}, b"")
        body = client.key_authorization(challenge["token"]) if good else "hunter2"
        solver.replies["/elsewhere"] = (200, {}, body.encode())
        client.post(challenge["url"], {}).ok()
        reply = client.post(place)
        while reply.json["status"] == "pending":
            reply = client.post(place).ok()
    finally:
        solver.close()
    found = client.challenge(reply.json)
    assert found["status"] == reply.json["status"] == ("valid" if good else "invalid")
    addresses = {"addressesResolved": ["127.0.0.1"], "addressesTried": ["127.0.0.1"], "addressUsed": "127.0.0.1",
                 "port": stack.http_port}
    assert found["validationRecord"] == [{"url": first, "hostname": name, "status": 302} | addresses,
                                         {"url": then, "hostname": f"www.{name}", "status": 200} | addresses]
    assert client.read(challenge["url"]) == found
    assert "hunter2" not in reply.text


def test_nobody_there(client, stack, name):
    stack.reconfigure(validator="poll-interval = \"100ms\"\n\tretries = 1\n\tretry-delay = \"100ms\"")
    _, place, challenge = started(client, name)
    found = client.challenge(client.poll(place, seconds=20))
    assert found["error"]["type"] == acme.ERROR + "connection"
    hop, = found["validationRecord"]
    assert hop["addressesTried"] == ["127.0.0.1"] and "status" not in hop


def test_dns_record(client, knot, name):
    place, = client.new_order([name]).ok(201).json["authorizations"]
    found = client.authorize(place, knot, "dns-01")
    assert client.challenge(found, "dns-01")["validationRecord"] == [{"hostname": f"_acme-challenge.{name}", "records": 1}]

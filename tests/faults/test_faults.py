# SPDX-License-Identifier: BSD-2-Clause
"""Programs that die in the middle of a run: every order ends valid or explained, nothing is lost or issued twice."""

import concurrent.futures
import os
import signal
import threading
import time

import pytest

import acme

CLIENTS = 6
ORDERS = 4


class Load:
    """Clients that issue certificates until each has had its number, as patient as a real one."""

    def __init__(self, stack, solver, label):
        self.stack, self.solver, self.label = stack, solver, label
        self.started = threading.Event()
        self.explained = []

    def client(self):
        c = acme.Acme(self.stack.directory_url, self.stack.root_file, strict=False)
        self.patiently(c, c.register)
        return c

    @staticmethod
    def patiently(client, action, *args):
        """Does it again while the server says that it cannot now (503 and its kin), and after lost connections."""
        deadline = time.monotonic() + 90
        while True:
            try:
                return action(*args)
            except (AssertionError, OSError, acme.http.client.HTTPException) as e:
                text = str(e)
                again = isinstance(e, (OSError, acme.http.client.HTTPException)) or any(
                    f"-> {status} " in text for status in (500, 502, 503, 504)) or "badNonce" in text
                if not again or time.monotonic() > deadline:
                    raise
                client.close()
                time.sleep(0.1)

    def order(self, client, name):
        """Returns the PEM chain, or None for an order that ended invalid and says why."""
        created = self.patiently(client, lambda: client.new_order([name]).ok(201))
        order, url = created.json, created.location
        self.started.set()
        for place in order["authorizations"]:
            authorization = self.patiently(client, client.read, place)
            if authorization["status"] == "valid":
                continue
            challenge = client.challenge(authorization)
            with self.solver.answer(name, challenge["token"], client.key_authorization(challenge["token"])):
                self.patiently(client, self.respond, client, challenge["url"])
                authorization = self.patiently(client, client.poll, place)
            if authorization["status"] != "valid":
                assert client.challenge(authorization)["error"]["detail"]
                self.explained.append(url)
                return None
        self.patiently(client, self.finalize, client, url, name)
        order = self.patiently(client, client.poll, url)
        if order["status"] != "valid":
            assert order["error"]["detail"], order
            self.explained.append(url)
            return None
        return self.patiently(client, client.download, order["certificate"]).text

    @staticmethod
    def respond(client, url):
        client.post(url, {}).ok()

    @staticmethod
    def finalize(client, url, name):
        """An answer that was lost may have had its effect: then the order is no longer ready."""
        order = client.read(url)
        if order["status"] == "ready":
            client.finalize(order, acme.csr(acme.Key(), [name])).ok()

    def one(self, number):
        client = self.client()
        return [self.order(client, f"{self.label}-{number}-{i}.example.test") for i in range(ORDERS)]

    def run(self, disturb):
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            futures = [pool.submit(self.one, n) for n in range(CLIENTS)]
            assert self.started.wait(60)
            disturb()
            return [pem for f in futures for pem in f.result(180)]


def check_database(stack):
    """No order in between, no order with two certificates, none valid without one."""
    assert stack.sql("select count(*) from acme.orders where status = 'processing'") == [["0"]]
    assert stack.sql("select count(*) from (select order_id from acme.certificates group by 1 having count(*) > 1) x") == [["0"]]


def kill_and_start(stack, name, times=3):
    for _ in range(times):
        time.sleep(0.15)
        stack.processes[name].kill(signal.SIGKILL)
        time.sleep(0.15)
        getattr(stack, f"start_{name}")()


def kill_responders(stack):
    for _ in range(3):
        time.sleep(0.2)
        for pid in stack.responders()[:2]:
            os.kill(pid, signal.SIGKILL)


def crash_postgres(stack):
    time.sleep(0.3)
    stack.restart_postgres(signal.SIGQUIT)


DISTURBANCES = {
    "validator": lambda stack: kill_and_start(stack, "validator"),
    "signer": lambda stack: kill_and_start(stack, "signer"),
    "responder": kill_responders,
    "postgresql": crash_postgres,
}


@pytest.mark.parametrize("what", DISTURBANCES)
def test_killed_in_the_middle(stack, solver, what):
    solver.delay = 0.05
    load = Load(stack, solver, what)
    results = load.run(lambda: DISTURBANCES[what](stack))
    issued = [pem for pem in results if pem]
    assert len(issued) + len(load.explained) == CLIENTS * ORDERS
    assert len(issued) >= CLIENTS * ORDERS // 2, f"{len(load.explained)} orders failed, though explained"
    serials = {acme.certificates(pem)[0].serial_number for pem in issued}
    assert len(serials) == len(issued)
    check_database(stack)
    stack.check()

# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: one stack for each test file and web server, an http-01 solver for it, and fresh clients."""

import os
import pathlib
import shutil

import pytest

import acme
import dns_server
import stack as stacks

BUILD = os.environ["CHERT_BUILD"]
WEB = os.environ.get("CHERT_WEB", "lighttpd")


def short_dir(name):
    """Below $CHERT_TEST_DIR, whose path is short enough for sockets."""
    path = pathlib.Path(os.environ["CHERT_TEST_DIR"]) / name
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture(scope="module")
def stack_settings():
    """A test file may override this with keyword arguments of Stack."""
    return {}


@pytest.fixture(scope="module")
def stack(stack_settings):
    defaults = {"web": WEB, "durable": False, "hosts": ["127.0.0.1 localhost *"],
                "validator_settings": 'poll-interval = "100ms"\n\tretry-delay = "100ms"'}
    st = stacks.Stack(short_dir("stack"), BUILD, **(defaults | stack_settings))
    try:
        st.start()
    except stacks.StackError as e:
        text = pathlib.Path(e.log).read_text(encoding="utf-8", errors="replace")[-4000:] if e.log else ""
        pytest.fail(f"{e}\n{text}", pytrace=False)
    yield st
    st.stop()
    for log in st.sanitizer_reports():
        pytest.fail(f"{log.name}\n{log.read_text(encoding='utf-8', errors='replace')[:8000]}", pytrace=False)


@pytest.fixture(scope="module")
def solver(stack):
    s = acme.HttpSolver(stack.http_port)
    yield s
    s.close()


@pytest.fixture(scope="module")
def knot(tmp_path_factory):
    """A DNS server and solver for dns-01; the stack asks it with "resolvers": [knot.address] in its settings."""
    server = dns_server.Knot(tmp_path_factory.mktemp("knot") / "knot", "example.test").start()
    yield server
    server.stop()


@pytest.fixture
def new_client(stack):
    """Makes clients that are closed at the end of the test."""
    made = []

    def make(**kwargs):
        made.append(acme.Acme(stack.directory_url, stack.root_file, **kwargs))
        return made[-1]

    yield make
    for c in made:
        c.close()


@pytest.fixture
def client(new_client):
    """With an account."""
    c = new_client()
    c.register()
    return c


@pytest.fixture
def stranger(new_client):
    """Without an account."""
    return new_client()


_counter = 0


@pytest.fixture
def name():
    """A domain name no other test uses."""
    global _counter
    _counter += 1
    return f"n{_counter}.example.test"

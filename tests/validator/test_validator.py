# SPDX-License-Identifier: BSD-2-Clause
"""chert-validator against a real database: the queue, what ends a validator or holds it up."""

import os
import resource
import signal
import subprocess
import threading
import time

import pytest

from rig import BUILD, assert_invalid, assert_valid, reply

# --- the queue

def test_rung_job_starts_at_once(rig):
    authorization, *_ = rig.queue("none.dns.test", "dns-01")
    started = time.monotonic()
    rig.outcome(authorization)
    assert time.monotonic() - started < 0.4


def test_job_is_found_without_a_bell(rig):
    authorization, *_ = rig.queue("none.dns.test", "dns-01", ring=False)
    rig.outcome(authorization, 3)


def test_unknown_method_ends_explained(rig):
    authorization, *_ = rig.queue("x.dns.test", "other-01")
    assert_invalid(rig.outcome(authorization), "serverInternal", "no method other-01")


def test_many_at_once(rig):
    rig.web.answers["slow.many.web.test"] = lambda h: time.sleep(6)
    slow, *_ = rig.queue("slow.many.web.test", ring=False)
    jobs = [rig.queue("none.dns.test", "dns-01", ring=False)[0] for _ in range(150)]
    rig.stack.sql("select pg_notify('chert_validate', '')")
    for job in jobs:
        assert_invalid(rig.outcome(job), "incorrectResponse")
    assert_invalid(rig.outcome(slow), "connection")


def test_hello(rig):
    rows = rig.stack.sql("select worker, kind, perspective, assume_valid from acme.daemons")
    assert [rig.validator.pid == int(r[0].rsplit("/", 1)[1]) for r in rows] == [True]
    assert rows[0][1:] == ["validator", "default", "f"]


def wait_asked(rig, prefix, n=1):
    deadline = time.monotonic() + 5
    while len([s for s in rig.web.seen if s[0].startswith(prefix)]) < n:
        assert time.monotonic() < deadline, rig.log()[-2000:]
        time.sleep(0.02)


def test_database_restart_loses_nothing(rig):
    """Outcomes that come up while the database is away are stored when it is back."""
    postgres = rig.stack.processes["postgresql"]
    go = threading.Event()
    with rig.paused():
        jobs = [rig.queue(f"restart{i}.web.test", ring=False) for i in range(5)]
        for i, (_, _, key) in enumerate(jobs):
            rig.web.answers[f"restart{i}.web.test"] = lambda h, key=key: (go.wait(10), reply(key)(h))
    wait_asked(rig, "restart", 5)
    postgres.kill(signal.SIGQUIT)
    go.set()
    time.sleep(0.5)
    rig.stack.start_postgres()
    for authorization, *_ in jobs:
        assert_valid(rig.outcome(authorization))
    assert rig.validator.alive() and "database-back" in rig.log()
    assert_valid(rig.txt("afterwards.dns.test", lambda d: [d]))


def test_hung_database_blames_nobody(rig):
    """Whatever fails while the loop stood still is tried again, and an outcome that could not be stored is kept."""
    backend = int(rig.stack.sql("select pid from pg_stat_activity where application_name = 'chert-validator'")[0][0])
    go = threading.Event()
    with rig.paused():
        kept, _, key = rig.queue("kept.web.test", ring=False)
        back, _, back_key = rig.queue("back.web.test", ring=False)
        rig.web.answers["kept.web.test"] = lambda h: (go.wait(10), reply(key)(h))
        rig.web.answers["back.web.test"] = lambda h: time.sleep(5)
    wait_asked(rig, "kept")
    wait_asked(rig, "back")
    os.kill(backend, signal.SIGSTOP)
    try:
        go.set()
        rig.web.answers["back.web.test"] = reply(back_key)
        assert_valid(rig.outcome(kept))
    finally:
        os.kill(backend, signal.SIGCONT)
    deadline = time.monotonic() + 5
    while "given-back" not in rig.log():
        assert time.monotonic() < deadline, rig.log()[-2000:]
        time.sleep(0.02)
    rig.stack.sql("update acme.jobs set run_after = now()")
    assert_valid(rig.outcome(back))


def test_no_sockets_left(rig):
    """Is no fault of the applicant: the job comes back."""
    pid = rig.validator.popen.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    given_back = rig.log().count("given-back")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        authorization, _, key_authorization = rig.queue("starved.web.test")
        rig.web.answers["starved.web.test"] = reply(key_authorization)
        deadline = time.monotonic() + 5
        while rig.log().count("given-back") == given_back:
            assert time.monotonic() < deadline, rig.log()[-2000:]
            time.sleep(0.02)
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    rig.stack.sql("update acme.jobs set run_after = now()")
    rig.stack.sql("select pg_notify('chert_validate', '')")
    assert_valid(rig.outcome(authorization))


def test_nothing_is_claimed_beyond_concurrency(rig):
    rig.validator.stop()
    rig.write_conf(concurrency=2)
    rig.stack.start_validator()
    with rig.paused():
        jobs = [rig.queue(f"room{i}.web.test", ring=False) for i in range(6)]
        for i, (_, _, key) in enumerate(jobs):
            rig.web.answers[f"room{i}.web.test"] = lambda h, key=key: (time.sleep(0.4), reply(key)(h))
    wait_asked(rig, "room", 2)
    time.sleep(0.2)
    assert rig.stack.sql("select count(*) from acme.jobs where attempts > 0") == [["2"]]
    for authorization, *_ in jobs:
        assert_valid(rig.outcome(authorization))
    rig.validator.stop()
    rig.write_conf()
    rig.stack.start_validator()


def test_killed_validator_loses_nothing(rig):
    with rig.paused():
        authorization, _, key = rig.queue("killed.web.test", ring=False)
        rig.web.answers["killed.web.test"] = lambda h: time.sleep(3)
    wait_asked(rig, "killed")
    rig.validator.kill()
    rig.web.answers["killed.web.test"] = reply(key)
    rig.stack.start_validator()
    assert rig.stack.sql("select attempts from acme.jobs") == [["1"]]
    # What the clock would bring about: the end of the lease.
    rig.stack.sql("update acme.jobs set run_after = now()")
    assert_valid(rig.outcome(authorization))


def test_stalled_validator_blames_nobody(rig):
    """It stood still for longer than the attempt may take: the applicant gets another one."""
    with rig.paused():
        authorization, _, key = rig.queue("stalled.web.test", ring=False)
        rig.web.answers["stalled.web.test"] = lambda h: time.sleep(5)
    wait_asked(rig, "stalled")
    with rig.paused():
        time.sleep(3)
        rig.web.answers["stalled.web.test"] = reply(key)
    deadline = time.monotonic() + 5
    while "given-back" not in rig.log():
        assert time.monotonic() < deadline, rig.log()
        time.sleep(0.02)
    # What the clock would bring about: the end of the lease.
    rig.stack.sql("update acme.jobs set run_after = now()")
    rig.ring()
    assert_valid(rig.outcome(authorization))


def test_sigterm_finishes_what_is_in_flight(rig):
    with rig.paused():
        authorization, _, key = rig.queue("term.web.test", ring=False)
        rig.web.answers["term.web.test"] = lambda h: (time.sleep(1), reply(key)(h))
    wait_asked(rig, "term")
    rig.validator.popen.send_signal(signal.SIGTERM)
    late, *_ = rig.queue("none.dns.test", "dns-01")
    assert rig.validator.popen.wait(5) == 0
    assert_valid(rig.outcome(authorization))
    assert rig.stack.sql("select attempts from acme.jobs") == [["0"]]
    rig.stack.start_validator()
    rig.outcome(late)


def test_assume_valid(rig):
    rig.validator.stop()
    rig.stack.assume_valid = True
    try:
        rig.stack.start_validator()
        record = assert_valid(rig.outcome(rig.queue("nowhere.web.test")[0]))
        assert record["assumedValid"] is True and "hops" not in record
        assert "assume-valid" in rig.log() and "assumed-valid" in rig.log()
        assert [["t"]] == rig.stack.sql(f"select assume_valid from acme.daemons where worker like '%/{rig.validator.pid}'")
        rig.validator.stop()
    finally:
        rig.stack.assume_valid = False


@pytest.mark.parametrize("settings,says", [
    ({"allow-networks": '{"10.0.0.0/33"}'}, "allow-networks: '10.0.0.0/33'"),
    ({"resolvers": '{"no.such.host.invalid:53"}'}, "resolvers: 'no.such.host.invalid:53'"),
    ({"resolvers": '{"127.0.0.1:65536"}'}, "no port from 1 to 65535"),
    ({"stub-zones": '{"internal"}'}, "stub-zones: 'internal', expected zone=host"),
    ({"stub-zones": '{"=127.0.0.1"}'}, "stub-zones: '=127.0.0.1', expected zone=host"),
    ({"stub-zones": '{"internal=127.0.0.1:0"}'}, "no port from 1 to 65535"),
    ({"stub-zones": '{"a..b=127.0.0.1"}'}, "stub-zones: 'a..b=127.0.0.1', expected zone=host"),
    ({"trust-anchor-file": '"/dev/null"', "insecure-zones": '{"a..b"}'}, "insecure-zones: 'a..b'"),
    ({"hosts-file": '"/nonexistent"'}, "/nonexistent"),
    ({"trust-anchor-file": '"/nonexistent"'}, "trust-anchor-file"),
])
def test_bad_settings(rig, settings, says):
    rig.write_conf(**settings)
    done = subprocess.run([BUILD / "chert-validator", "--config", rig.stack.conf], check=False, capture_output=True,
                          text=True, timeout=10)
    assert done.returncode == 1 and says in done.stderr


@pytest.mark.parametrize("files,warns", [(200, True), (1500, False)])
def test_limit_of_files(rig, files, warns):
    rig.write_conf(**{"hosts-file": '"/nonexistent"'})
    done = subprocess.run(["prlimit", f"--nofile={files}", BUILD / "chert-validator", "--config", rig.stack.conf],
                          check=False, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1 and ("few-files" in done.stderr) == warns, done.stderr

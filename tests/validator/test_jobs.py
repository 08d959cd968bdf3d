# SPDX-License-Identifier: BSD-2-Clause
"""The job loop: retries, perspectives that are away, kills, several validators at one queue, black holes, long queues."""

import contextlib
import json
import os
import random
import re
import resource
import signal
import socket
import threading
import time

import pytest

import rig as rigs
from rig import assert_invalid, assert_valid, reply

HOLE = "127.0.0.3"
HOLES = {"http-01": 250, "tls-alpn-01": 150, "dns-01": 100}
QUEUE = int(os.environ.get("CHERT_TEST_QUEUE", "50000"))
RSS_MAX = 100 * 1024  # KiB
RSS_GROWTH_MAX = 4 * 1024
SANITIZED = "#define WITH_SANITIZERS 1" in (rigs.BUILD / "config.h").read_text(encoding="ascii")


@pytest.fixture(scope="module")
def rig_settings():
    return {"hosts": f"{rigs.HOSTS}{HOLE} hole.test *.hole.test\n"}


def wait(condition, seconds=15, what="nothing came of it"):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


# --- retries

def tries(rig, authorization):
    """(status, tries, type of the problem) of the perspective default, None before the first one."""
    rows = rig.stack.sql(f"select status, tries, problem ->> 'type' from acme.validations where object_id = '{authorization}'")
    return (rows[0][0], int(rows[0][1]), rows[0][2]) if rows else None


def test_server_that_starts_later_is_found(rig):
    with rig.configured(retries=5, **{"retry-delay": "200ms", "poll-interval": "100ms"}):
        authorization, _, key = rig.queue("sixonly.test")
        rig.web.answers["sixonly.test"] = reply(key)
        assert wait(lambda: tries(rig, authorization)) == ("trying", 1, "connection")
        assert rig.stack.sql(f"""select c.status, a.status from acme.challenges c
                                   join acme.authorizations a on a.id = c.authorization_id
                                  where a.id = '{authorization}'""") == [["processing", "pending"]]
        with rig.web.also_at("::1"):
            assert_valid(rig.outcome(authorization))
        status, n, _ = tries(rig, authorization)
        assert status == "valid" and n >= 2


def test_retries_are_used_up(rig):
    with rig.configured(retries=2, **{"retry-delay": "100ms", "poll-interval": "50ms"}):
        begin = time.monotonic()
        authorization, *_ = rig.queue("sixonly.test")
        assert_invalid(rig.outcome(authorization), "connection", "::1")
        # A tenth of a second before the first further try, two before the second.
        assert time.monotonic() - begin > 0.3
        assert tries(rig, authorization) == ("invalid", 3, "connection")
        lines = re.findall(r"(\w+) perspective=default type=http-01 identifier=sixonly.test .*tries=(\d)", rig.log())
        assert lines[-3:] == [("retry", "1"), ("retry", "2"), ("invalid", "3")]


def test_server_failure_is_tried_again(rig):
    """The zone is not served at first."""
    with rig.configured(retries=5, **{"retry-delay": "200ms", "poll-interval": "100ms"}):
        rig.knot.process.stop()
        authorization, _, key = rig.queue("back.dns.test", "dns-01")
        try:
            assert wait(lambda: tries(rig, authorization)) == ("trying", 1, "dns")
        finally:
            with rig.paused():
                rig.knot.process.start()
                wait(lambda: rig.knot.ask("dns.test", "SOA"))
                rig.knot.add("_acme-challenge.back.dns.test", "TXT", rigs.digest(key))
        assert_valid(rig.outcome(authorization))


def test_wrong_answer_is_final(rig):
    with rig.configured(retries=5):
        authorization, *_ = rig.queue("final.web.test")
        assert_invalid(rig.outcome(authorization), "unauthorized", "status is 404")
        assert tries(rig, authorization) == ("invalid", 1, "unauthorized")


# --- perspectives

@contextlib.contextmanager
def second_perspective(rig, name, *options):
    """Yields a function that starts its validator anew."""
    def start():
        rig.stack._start(name, [rigs.BUILD / "chert-validator", "--config", rig.stack.conf, "--perspective", name, *options],
                         notify=rig.stack.run_dir / f"{name}.notify")
    start()
    try:
        yield start
    finally:
        rig.stack.processes.pop(name).stop()


def test_perspective_that_is_away(rig):
    """Its validations wait, whatever the others say, and fail with its name."""
    with rig.paused():
        authorization, _, key = rig.queue("away.web.test", ring=False, perspectives=["default", "nowhere"], remote=1,
                                          patience="3 seconds")
        rig.web.answers["away.web.test"] = reply(key)
    assert wait(lambda: tries(rig, authorization))[0] == "valid"
    time.sleep(1)
    assert rig.stack.sql(f"select status from acme.challenges where authorization_id = '{authorization}'") == [["processing"]]
    outcome = rig.outcome(authorization)
    assert outcome[:3] == ("invalid", "invalid", "invalid") and "nowhere" in outcome.error["detail"], outcome
    assert rig.stack.sql("select count(*) from acme.jobs") == [["0"]]


def test_perspective_that_comes_back(rig):
    with rig.paused():
        authorization, _, key = rig.queue("comes.web.test", ring=False, perspectives=["default", "away"], remote=1)
        rig.web.answers["comes.web.test"] = reply(key)
    assert wait(lambda: tries(rig, authorization))[0] == "valid"
    with second_perspective(rig, "away", "--region", "Y"):
        assert_valid(rig.outcome(authorization))
    assert rig.stack.sql(f"""select perspective, region, status from acme.validations
                              where object_id = '{authorization}' order by 1""") == \
           [["away", "Y", "valid"], ["default", "", "valid"]]


# --- many jobs

def fill(rig, tag, n, name, kind="http-01", perspectives=("default",)):
    """So many answered challenges; `name` is in SQL, of n.  The key authorization is the token with .key behind it."""
    quorum = json.dumps({"perspectives": perspectives, "remote": len(perspectives) - 1, "regions": 0})
    rig.stack.sql(f"""
        with ids as (select core.uuid7() as a, core.uuid7() as o, '{rig.account}'::uuid as acc, n from generate_series(1, {n}) n),
        o as (insert into acme.orders(account_id, id, profile, identifiers, expires_at, quorum)
              select acc, o, '{tag}', '[]', now() + interval '1 day', '{quorum}' from ids),
        a as (insert into acme.authorizations(account_id, id, identifier_type, identifier, wildcard, expires_at, valid_for,
                                              quorum)
              select acc, a, 'dns', {name}, false, now() + interval '1 day', '1 day', '{quorum}' from ids),
        x as (insert into acme.order_authorizations select acc, o, a, 0 from ids),
        c as (insert into acme.challenges(account_id, authorization_id, type, position, status, token, key_authorization)
              select acc, a, '{kind}', 0, 'processing', format('token%s', n), format('token%s.key', n) from ids)
        insert into acme.jobs(id, kind, perspective, account_id, object_id, type, give_up_at)
        select core.uuid7(), 'validate', jsonb_array_elements_text('{quorum}'::jsonb -> 'perspectives'), acc, a, '{kind}',
               now() + interval '1 hour' from ids""")


def counts(rig, tag):
    """Authorizations by status."""
    rows = rig.stack.sql(f"""select a.status, count(*) from acme.orders o
                               join acme.order_authorizations x on x.account_id = o.account_id and x.order_id = o.id
                               join acme.authorizations a on a.account_id = x.account_id and a.id = x.authorization_id
                              where o.profile = '{tag}' group by 1""")
    return {status: int(n) for status, n in rows}


def echo(seconds=0.0, suffix=".key"):
    """Serves every token."""
    def answer(h):
        time.sleep(seconds)
        reply(h.path.rsplit("/", 1)[1] + suffix)(h)
    return answer


def answer_hosts(rig, prefix, n, answer):
    for i in range(1, n + 1):
        rig.web.answers[f"{prefix}{i}.web.test"] = answer(i)


@contextlib.contextmanager
def decisions(rig):
    """Everything that is decided meanwhile, with repetitions."""
    rig.stack.sql("""create table public.decisions (authorization_id uuid, status text);
        create function public.note() returns trigger language plpgsql as $$ begin
            insert into public.decisions values (new.authorization_id, new.status); return null; end $$;
        alter function public.note() security definer;
        create trigger note after update of status on acme.challenges for each row
          when (new.status in ('valid', 'invalid')) execute function public.note()""")
    try:
        yield lambda: rig.stack.sql("select count(*), count(distinct authorization_id) from public.decisions")[0]
    finally:
        rig.stack.sql("drop trigger note on acme.challenges; drop function public.note; drop table public.decisions")


def drain_with_kills(rig, tag, n, perspectives, kill):
    """kill() whatever it likes and start it anew, until the queue is empty.  Every second name has a wrong answer."""
    kills = 0
    answer_hosts(rig, tag, n, lambda i: echo(random.uniform(0, 0.05), ".key" if i % 2 else ".wrong"))
    with decisions(rig) as decided:
        fill(rig, tag, n, f"format('{tag}%s.web.test', n)", perspectives=perspectives)
        rig.ring()
        while kills < 15 and rig.stack.sql("select count(*) > 0 from acme.jobs") == [["t"]]:
            time.sleep(random.uniform(0.02, 0.2))
            kill(kills)
            kills += 1
        assert kills >= 3
        wait(lambda: "pending" not in counts(rig, tag), 60)
        assert counts(rig, tag) == {"valid": n // 2, "invalid": n // 2}
        assert decided() == [str(n), str(n)]
        assert rig.stack.sql("select count(*) from acme.jobs") == [["0"]]


def kill(rig, process, perspective):
    rig.stack.processes[process].kill()
    # What the clock would bring about: the end of the leases.
    rig.stack.sql(f"update acme.jobs set run_after = now() where worker is not null and perspective = '{perspective}'")


def test_killed_again_and_again(rig):
    """At any moment: nothing is lost, and nothing decided twice or otherwise than it should."""
    def kill_it(_):
        kill(rig, "validator", "default")
        rig.stack.start_validator()

    with rig.configured(concurrency=40):
        drain_with_kills(rig, "kill", 800, ["default"], kill_it)


def test_killed_in_turn_at_two_perspectives(rig):
    with rig.configured(concurrency=40), second_perspective(rig, "other") as start_other:
        def kill_one(n):
            if n % 2:
                kill(rig, "other", "other")
                start_other()
            else:
                kill(rig, "validator", "default")
                rig.stack.start_validator()

        drain_with_kills(rig, "both", 600, ["default", "other"], kill_one)


def test_outcome_that_the_database_has_no_time_for(rig):
    """Somebody holds what one outcome changes: the others pass meanwhile, that one when it can."""
    answer_hosts(rig, "held", 20, lambda _: echo())
    with rig.configured(concurrency=40):
        fill(rig, "held", 20, "format('held%s.web.test', n)")
        held = "select id from acme.authorizations where identifier = 'held1.web.test'"
        locker = threading.Thread(target=rig.stack.sql, args=(
            f"begin; select from acme.authorizations where id = ({held}) for update; select pg_sleep(15); commit",))
        locker.start()
        wait(lambda: rig.stack.sql("select count(*) from pg_stat_activity where query like '%pg_sleep(15); commit'") != [["0"]])
        rig.ring()
        wait(lambda: counts(rig, "held") == {"valid": 19, "pending": 1}, 14)
        locker.join()
        wait(lambda: counts(rig, "held") == {"valid": 20}, 60)


def count_valid(log):
    return log.count(" valid perspective=")


def test_two_validators_share_a_queue(rig):
    n = 400
    answer_hosts(rig, "share", n, lambda i: echo(0.05))
    with rig.configured(concurrency=50):
        rig.stack.start_validator(process="validator-two")
        second = rig.stack.processes["validator-two"]
        try:
            before = count_valid(rig.log())
            fill(rig, "share", n, "format('share%s.web.test', n)")
            rig.ring()
            wait(lambda: "pending" not in counts(rig, "share"), 60)
            share = count_valid(second.log.read_text(encoding="utf-8"))
        finally:
            rig.stack.processes.pop("validator-two").stop()
        assert counts(rig, "share") == {"valid": n}
        assert count_valid(rig.log()) - before + share == n
        assert n / 4 < share < 3 * n / 4, share


class BlackHole:
    """Accepts and never answers.  DNS queries too."""

    def __init__(self, address, port):
        self.held = []
        self.dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.dns.bind((address, 0))
        self.dns_port = self.dns.getsockname()[1]
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(1024)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                self.held.append(self.socket.accept()[0])

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        for s in [self.socket, self.dns, *self.held]:
            s.close()


def memory(rig, what="VmRSS"):
    """In KiB."""
    with open(f"/proc/{rig.validator.pid}/status", encoding="ascii") as f:
        return int(re.search(rf"^{what}:\s+(\d+)", f.read(), re.M).group(1))


def seconds_for_one(rig, name):
    begin = time.monotonic()
    assert_valid(rig.http(name, lambda t, k: reply(k)))
    return time.monotonic() - begin


def test_black_holes_delay_nobody(rig):
    n = sum(HOLES.values())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * n)), hard))
    hole = BlackHole(HOLE, rig.web.port)
    rig.restart(concurrency=n + 20, **{
        "tls-port": rig.web.port, "stub-zones": f'{{"silent.test={HOLE}:{hole.dns_port}"}}', "attempt-timeout": "60s",
        "response-timeout": "60s", "tls-timeout": "60s", "resolve-timeout": "60s"})
    try:
        alone = max(seconds_for_one(rig, f"alone{i}.web.test") for i in range(5))
        for kind, count in HOLES.items():
            fill(rig, "hole", count, "format('h%s.silent.test', n)" if kind == "dns-01" else "format('h%s.hole.test', n)", kind)
        rig.ring()
        wait(lambda: len(hole.held) == HOLES["http-01"] + HOLES["tls-alpn-01"] and
             rig.stack.sql("select count(*) from acme.jobs where worker is not null") == [[str(n)]], 30, "not all are in flight")
        beside = max(seconds_for_one(rig, f"beside{i}.web.test") for i in range(20))
        print(f"{n} in flight: {memory(rig)} KiB; one takes {alone:.3f} s alone, {beside:.3f} s beside them")
        assert beside < alone + 0.5, (alone, beside)
        assert_valid(rig.txt("beside.dns.test", lambda d: [d]))
        assert counts(rig, "hole") == {"pending": n}
        assert SANITIZED or memory(rig, "VmHWM") < RSS_MAX
    finally:
        hole.close()
        rig.validator.kill()
        rig.stack.sql("delete from acme.jobs")
        rig.write_conf()
        rig.stack.start_validator()


def wait_for_queue(rig, n, seconds=300):
    """Until so many jobs are left; looks rarely, so as not to be what takes the time."""
    wait(lambda: time.sleep(0.5) or rig.stack.sql(f"select count(*) <= {n} from acme.jobs") == [["t"]], seconds)


def test_long_queue_drains(rig):
    """Without a pause and without growth.  The address is refused, so that the queue is what is measured."""
    with rig.configured(concurrency=200):
        rig.stack.start_validator(process="validator-two")
        try:
            fill(rig, "long", QUEUE, "'ten.test'")
            rig.ring()
            begin = time.monotonic()
            wait_for_queue(rig, QUEUE * 9 // 10)
            early = memory(rig)
            wait_for_queue(rig, 0)
            print(f"{QUEUE} jobs in {time.monotonic() - begin:.1f} s, {early} KiB, then {memory(rig)} KiB")
        finally:
            rig.stack.processes.pop("validator-two").stop()
        assert counts(rig, "long") == {"invalid": QUEUE}
        assert SANITIZED or memory(rig) < early + RSS_GROWTH_MAX


def test_sigterm_twice(rig):
    """The second one ends it at once, with nothing lost."""
    answer_hosts(rig, "slow", 50, lambda i: echo(1))
    fill(rig, "slow", 50, "format('slow%s.web.test', n)")
    rig.ring()
    wait(lambda: rig.stack.sql("select count(*) > 20 from acme.jobs where worker is not null") == [["t"]])
    for _ in range(2):
        rig.validator.popen.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert rig.validator.popen.wait(2) == 0
    rig.stack.sql("update acme.jobs set run_after = now() where worker is not null")
    rig.stack.start_validator()
    wait(lambda: counts(rig, "slow") == {"valid": 50})

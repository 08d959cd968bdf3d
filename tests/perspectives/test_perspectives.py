# SPDX-License-Identifier: BSD-2-Clause
"""Validators at several places of a network, some of which are lied to (conformance A260, B25, Q42): with a hijacked route
or forged DNS at any one place, the primary one included, nothing is issued that the others do not see."""

import os
import pathlib
import time

import pytest

import acme
import net
import stack as stacks

ZONE = "victim.example"
HTTP_PORT = 8080
REGIONS = {"prime": "ARIN", "paris": "RIPE", "tokyo": "APNIC", "rio": "LACNIC"}
QUORUMS = {
    "default": 'perspectives = {"prime", "paris", "tokyo", "rio"}\nquorum = 2\nregions = 2',
    "every": 'perspectives = {"prime", "paris", "tokyo", "rio"}',
    "absent": 'perspectives = {"prime", "nowhere"}',
}


class World:
    """Two web servers with DNS, one honest and one a liar for each; validators in four places; chert on the loopback."""

    def __init__(self, directory, build):
        self.net = net.Net(directory / "net")
        self.site = self.net.host("site", "192.0.2.80")
        self.dns = self.net.host("dns", "192.0.2.53")
        self.false_site = self.net.liar("falsesite", self.site)
        self.false_dns = self.net.liar("falsedns", self.dns)
        self.elsewhere = self.net.host("elsewhere", "192.0.2.66")
        self.places = {name: self.net.host(name, f"192.0.2.{10 + n}") for n, name in enumerate(REGIONS)}
        self.stack = stacks.Stack(
            directory / "stack", build, durable=False, hosts=["127.0.0.1 localhost"], http_port=HTTP_PORT,
            resolvers=[self.dns.address],
            validator_settings="resolve-timeout = 2s\nconnect-timeout = 2s\nattempt-timeout = 8s\nretries = 1\nretry-delay = 200ms",
            responder_settings="validation-timeout = 10s", profile_settings=QUORUMS["default"],
            profiles={title: QUORUMS[title] for title in ("every", "absent")},
            settings='caa-identities = {"ca.example"}')

    def start(self):
        self.site_files = self.site.serve_web(HTTP_PORT)
        self.false_files = self.false_site.serve_web(HTTP_PORT)
        self.elsewhere_files = self.elsewhere.serve_web(HTTP_PORT)
        self.dns.serve_dns("example", f"*.victim A {self.site.address}", f"strict.victim A {self.site.address}",
                           'strict.victim CAA 0 issue "other.example"')
        self.false_dns.serve_dns("example", f"*.victim A {self.elsewhere.address}", f"strict.victim A {self.site.address}")
        self.stack.start()
        for name, host in self.places.items():
            host.start("validator", self.stack.build / "chert-validator", "--config", self.stack.conf, "--perspective", name,
                       "--region", REGIONS[name])
        self.wait_for_validators()
        return self

    def wait_for_validators(self, seconds=20):
        deadline = time.monotonic() + seconds
        while len(self.stack.sql(f"select worker from acme.daemons where perspective = any('{{{','.join(REGIONS)}}}')")) < len(REGIONS):
            assert time.monotonic() < deadline, "not all validators are there"
            time.sleep(0.1)

    def stop(self):
        for host in self.places.values():
            host.stop()
        self.stack.stop()
        self.net.stop()


@pytest.fixture(scope="module")
def world():
    w = World(pathlib.Path(os.environ["CHERT_TEST_DIR"]) / "p", os.environ["CHERT_BUILD"])
    try:
        yield w.start()
    finally:
        w.stop()


@pytest.fixture(scope="module")
def stack(world):
    return world.stack


@pytest.fixture
def lie(world):
    """lie(place, victim, liar) until the end of the test."""
    told = []

    def tell(place, victim, liar):
        told.append((place, world.places[place].hijack(victim, liar)))

    yield tell
    for place, link in told:
        world.places[place].ip("link", "delete", link)


def attempt(client, name, *places, profile="default"):
    """Orders a name, gives the answer out at these places, and returns order URL and authorization once decided."""
    order = client.new_order([name], profile=profile)
    url = order.json["authorizations"][0]
    challenge = client.challenge(client.read(url))
    for place in places:
        (place / challenge["token"]).write_text(client.key_authorization(challenge["token"]), encoding="ascii")
    client.post(challenge["url"], {}).ok()
    return order.location, client.poll(url)


def error_of(authorization):
    return next(c["error"] for c in authorization["challenges"] if "error" in c)


def seen(stack, order):
    """What each perspective said of an order's only name."""
    shown = stack.chertctl_json("order", "show", order)[0]
    tried = [c for c in shown["authorizations"][0]["challenges"] if "validations" in c]
    return {v["perspective"]: v for v in tried[0]["validations"]}, shown


def test_all_agree(world, stack, client):
    order, authorization = attempt(client, f"all.{ZONE}", world.site_files, profile="every")
    assert authorization["status"] == "valid"
    told, shown = seen(stack, order)
    assert {name: (v["status"], v["region"]) for name, v in told.items()} == \
           {name: ("valid", region) for name, region in REGIONS.items()}
    assert shown["authorizations"][0]["quorum"] == {"perspectives": list(REGIONS), "remote": 3, "regions": 0}


def test_route_to_the_primary_perspective_is_hijacked(world, stack, client, lie):
    """The applicant controls what the primary one sees, and nothing else."""
    lie("prime", world.site, world.false_site)
    order, authorization = attempt(client, f"stolen.{ZONE}", world.false_files)
    assert authorization["status"] == "invalid"
    assert error_of(authorization)["type"].endswith(":unauthorized"), error_of(authorization)
    told, _ = seen(stack, order)
    assert "valid" not in {v["status"] for place, v in told.items() if place != "prime"}, told
    assert client.read(order)["status"] == "invalid"


def test_route_to_one_remote_perspective_is_hijacked(world, stack, client, lie):
    """Two of the three others see the truth, which is what the quorum wants."""
    lie("tokyo", world.site, world.false_site)
    order, authorization = attempt(client, f"one.{ZONE}", world.site_files)
    assert authorization["status"] == "valid"
    told, _ = seen(stack, order)
    assert told["prime"]["status"] == "valid" and told.get("tokyo", {}).get("status") != "valid"


def test_route_to_one_remote_perspective_is_hijacked_where_all_must_agree(world, stack, client, lie):
    lie("tokyo", world.site, world.false_site)
    _, authorization = attempt(client, f"strictly.{ZONE}", world.site_files, profile="every")
    assert authorization["status"] == "invalid"
    assert "tokyo" in error_of(authorization)["detail"]


def test_dns_of_the_primary_perspective_is_forged(world, stack, client, lie):
    lie("prime", world.dns, world.false_dns)
    order, authorization = attempt(client, f"forged.{ZONE}", world.elsewhere_files)
    assert authorization["status"] == "invalid"
    told, _ = seen(stack, order)
    assert {v["record"]["validationRecord"][0]["addressUsed"] for place, v in told.items() if place != "prime"} == {world.site.address}


def test_caa_is_hidden_from_the_primary_perspective(world, stack, client, lie):
    """Its DNS has the right address and leaves out the record that forbids to issue."""
    lie("prime", world.dns, world.false_dns)
    order, authorization = attempt(client, f"strict.{ZONE}", world.site_files)
    assert authorization["status"] == "valid"
    client.finalize(client.read(order), acme.csr(acme.Key(), [f"strict.{ZONE}"]))
    final = client.poll(order)
    assert final["status"] == "invalid" and final["error"]["type"].endswith(":caa"), final
    assert "other.example" in str(final["error"]) and f"strict.{ZONE}" in str(final["error"])
    shown = stack.chertctl_json("order", "show", order)[0]
    told = {v["perspective"]: v["status"] for v in shown["caa"]["validations"]}
    assert told.get("prime", "valid") == "valid" and "invalid" in told.values()


def test_perspective_that_is_away(world, stack, client):
    order, authorization = attempt(client, f"away.{ZONE}", world.site_files, profile="absent")
    assert authorization["status"] == "invalid"
    assert "nowhere" in error_of(authorization)["detail"]
    told, _ = seen(stack, order)
    assert (told["prime"]["status"], told["nowhere"]["status"]) == ("valid", "invalid")


def test_issued_for_what_all_see(world, stack, client):
    order, authorization = attempt(client, f"good.{ZONE}", world.site_files)
    assert authorization["status"] == "valid"
    client.finalize(client.read(order), acme.csr(acme.Key(), [f"good.{ZONE}"]))
    final = client.poll(order)
    assert final["status"] == "valid", final

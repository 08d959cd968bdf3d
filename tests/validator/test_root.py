# SPDX-License-Identifier: BSD-2-Clause
"""With `resolvers = root`: from the root servers down, with DNSSEC, and not to servers at forbidden addresses."""

import os
import pathlib
import subprocess

import pytest

import dns_server
from rig import assert_invalid, assert_valid, digest

pytestmark = pytest.mark.skipif(os.environ.get("CHERT_IN_NAMESPACES") != "yes", reason="root.t runs it")

SERVER, INTERNAL = "9.9.0.1", "10.9.9.9"
# As libunbound knows them; from one that does not answer it goes on to the next, but not for ever.
ROOT = ["198.41.0.4", "170.247.170.2", "192.33.4.12", "199.7.91.13", "192.203.230.10", "192.5.5.241", "192.112.36.4",
        "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129", "199.7.83.42", "202.12.27.33"]
ROOT6 = ["2001:503:ba3e::2:30", "2801:1b8:10::b", "2001:500:2::c", "2001:500:2d::d", "2001:500:a8::e", "2001:500:2f::f",
         "2001:500:12::d0d", "2001:500:1::53", "2001:7fe::53", "2001:503:c27::2:30", "2001:7fd::1", "2001:500:9f::42",
         "2001:dc3::35"]


class Internet:
    """The root, example with a signed zone in it, and a zone whose server is said to be where no stranger is let."""

    def __init__(self, directory):
        directory.mkdir()
        for address in (*ROOT, *ROOT6, SERVER, INTERNAL):
            subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
        self.site = dns_server.Knot(directory / "site", "site.example", signed={"site.example": "nsec3"}, host=SERVER, port=53)
        self.internal = dns_server.Knot(directory / "internal", "internal.example", host=INTERNAL, port=53)
        self.site.start()
        self.internal.start()
        zone = (f"$ORIGIN .\n$TTL 60\n@ SOA a. b. 1 60 60 60 1\n@ NS a.root-servers.net.\na.root-servers.net. A {ROOT[0]}\n"
                f"site.example. NS ns.site.example.\nns.site.example. A {SERVER}\n"
                f"site.example. DS {self.site.ds('site.example')}\n"
                f"internal.example. NS ns.internal.example.\nns.internal.example. A {INTERNAL}\n")
        self.root = dns_server.Knot(directory / "root", ".", signed={".": "nsec"}, texts={".": zone}, host=ROOT[0], port=53,
                                    also=ROOT[1:] + ROOT6)
        self.root.start()
        self.anchor = directory / "anchor"
        self.anchor.write_text(f". IN DNSKEY {self.root.key('.')}\n", encoding="ascii")

    def stop(self):
        for server in (self.root, self.internal, self.site):
            server.stop()


@pytest.fixture(scope="module")
def internet():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    world = Internet(pathlib.Path(os.environ["CHERT_TEST_DIR"]) / "internet")
    yield world
    world.stop()


@pytest.fixture(scope="module")
def rig_settings(internet):
    return {"settings": {"resolvers": '"root"', "trust-anchor-file": f'"{internet.anchor}"', "allow-networks": "{}",
                         "deny-networks": "{}", "resolve-timeout": "5s", "attempt-timeout": "10s"}}


def outcome_of(rig, server, name):
    with rig.paused():
        authorization, _, key_authorization = rig.queue(name, "dns-01", ring=False)
        server.add(f"_acme-challenge.{name}", "TXT", digest(key_authorization))
    return rig.outcome(authorization)


def test_from_the_root(rig, internet):
    outcome = outcome_of(rig, internet.site, "x.site.example")
    assert_valid(outcome)
    assert [a["from"] for a in outcome.record["answers"]] == ["resolvers"]


def test_nothing_kept_hides_anything(rig, internet):
    """Neither a miss nor a value, whose TTL would permit it."""
    name = "late.site.example"
    authorization, *_ = rig.queue(name, "dns-01")
    assert_invalid(rig.outcome(authorization), "incorrectResponse", "no TXT record")
    internet.site.update(lambda m: m.add(f"_acme-challenge.{name}.", 3600, "TXT", "old"))
    for _ in range(3):
        authorization, *_ = rig.queue(name, "dns-01")
        assert_invalid(rig.outcome(authorization), "incorrectResponse", "TXT record")
        assert_valid(outcome_of(rig, internet.site, name))


def test_anchor_of_another_root(rig, internet):
    anchor = internet.anchor.with_name("other")
    anchor.write_text(". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", encoding="ascii")
    with rig.configured(**{"trust-anchor-file": f'"{anchor}"'}):
        assert_invalid(outcome_of(rig, internet.site, "y.site.example"), "dnssec", "DNSSEC")


def test_server_at_a_forbidden_address(rig, internet):
    outcome = outcome_of(rig, internet.internal, "x.internal.example")
    assert_invalid(outcome, "dns", "_acme-challenge.x.internal.example TXT failed")
    assert INTERNAL not in outcome.error["detail"]
    with rig.configured(**{"allow-networks": '{"10.9.9.0/24"}'}):
        assert_valid(outcome_of(rig, internet.internal, "y.internal.example"))

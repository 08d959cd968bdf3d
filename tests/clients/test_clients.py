# SPDX-License-Identifier: BSD-2-Clause
"""Stock clients of Debian 12, unchanged: certbot, lego, uacme."""

import pathlib
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import acme
import dns_server
import stack as stacks

ZONE = "zone.test"
HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def knot(tmp_path_factory):
    server = dns_server.Knot(tmp_path_factory.mktemp("knot") / "knot", ZONE).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def stack_settings(knot):
    """No hosts file to speak of: addresses and TXT records come from the DNS server."""
    return {"resolvers": [knot.address], "hosts": ["127.0.0.1 localhost"],
            "profile_settings": 'authorization-lifetime = "1min"'}


def run(stack, argv, **env):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, timeout=90,
                          stdin=subprocess.DEVNULL, env=stacks.environment() | {k: str(v) for k, v in env.items()})
    assert done.returncode == 0, f"{argv[0]}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def leaf(path):
    return acme.certificates(pathlib.Path(path).read_text(encoding="ascii"))[0]


class Certbot:
    def __init__(self, stack, home):
        self.stack, self.home = stack, home
        self.live = home / "config" / "live"

    def __call__(self, command, *args):
        places = [x for kind in ("config", "work", "logs") for x in (f"--{kind}-dir", self.home / kind)]
        return run(self.stack, ["certbot", command, "--non-interactive", *places, *args],
                   REQUESTS_CA_BUNDLE=self.stack.root_file)

    def get(self, name, *args):
        self("certonly", "--server", self.stack.directory_url, "--agree-tos", "-m", "admin@zone.test", "--no-eff-email",
             "--cert-name", name, *args)
        return leaf(self.live / name / "fullchain.pem")

    def http(self, name, *args):
        return self.get(name, "--standalone", "--http-01-port", self.stack.http_port, "--http-01-address", "127.0.0.1",
                        *args)

    def dns(self, name, knot, *args):
        hook = f"/usr/bin/python3 {HERE}/hook.py %s {knot.port} {ZONE}"
        return self.get(name, "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", hook % "add",
                        "--manual-cleanup-hook", hook % "delete", *args)


@pytest.fixture
def certbot(stack, tmp_path):
    return Certbot(stack, tmp_path)


def test_certbot_http_ecdsa(certbot):
    found = certbot.http("a", "-d", f"a.{ZONE}")
    assert acme.names_of(found) == [f"a.{ZONE}"]
    assert isinstance(found.public_key(), ec.EllipticCurvePublicKey)


def test_certbot_http_rsa(certbot):
    found = certbot.http("b", "-d", f"b.{ZONE}", "--key-type", "rsa")
    assert isinstance(found.public_key(), rsa.RSAPublicKey)


def test_certbot_several_names(certbot):
    names = sorted(f"{n}.c.{ZONE}" for n in ("one", "two", "three", "four"))
    assert sorted(acme.names_of(certbot.http("c", "-d", ",".join(names)))) == names


def test_certbot_dns_wildcard(certbot, knot):
    names = sorted([f"d.{ZONE}", f"*.d.{ZONE}"])
    assert sorted(acme.names_of(certbot.dns("d", knot, "-d", ",".join(names)))) == names


def test_certbot_dns_rsa(certbot, knot):
    found = certbot.dns("e", knot, "-d", f"e.{ZONE}", "--key-type", "rsa")
    assert isinstance(found.public_key(), rsa.RSAPublicKey)


def test_certbot_renews(certbot):
    first = certbot.http("f", "-d", f"f.{ZONE}")
    certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
    second = leaf(certbot.live / "f" / "fullchain.pem")
    assert second.serial_number != first.serial_number and acme.names_of(second) == acme.names_of(first)


def test_certbot_revokes_with_the_account(certbot, stack):
    found = certbot.http("g", "-d", f"g.{ZONE}")
    certbot("revoke", "--server", stack.directory_url, "--cert-name", "g", "--reason", "keycompromise",
            "--no-delete-after-revoke")
    assert status_of(stack, found) == "revoked"


def test_certbot_revokes_with_the_key(certbot, stack):
    found = certbot.http("h", "-d", f"h.{ZONE}")
    live = certbot.live / "h"
    certbot("revoke", "--server", stack.directory_url, "--cert-path", live / "cert.pem", "--key-path",
            live / "privkey.pem", "--no-delete-after-revoke")
    assert status_of(stack, found) == "revoked"


def test_certbot_account(certbot, stack):
    certbot("register", "--server", stack.directory_url, "--agree-tos", "-m", "old@zone.test", "--no-eff-email")
    certbot("update_account", "--server", stack.directory_url, "-m", "new@zone.test", "--no-eff-email")
    assert "new@zone.test" in certbot("show_account", "--server", stack.directory_url)
    certbot("unregister", "--server", stack.directory_url)


def status_of(stack, certificate):
    names = acme.names_of(certificate)
    rows = stack.sql(f"select status from acme.certificates where names @> '[\"{names[0]}\"]'")
    assert len(rows) == 1
    return rows[0][0]


@pytest.mark.parametrize("key_type", ["ec256", "rsa2048"])
def test_lego_http(stack, tmp_path, key_type):
    names = [f"{key_type}.lego.{ZONE}", f"www.{key_type}.lego.{ZONE}"]
    common = ["lego", "--server", stack.directory_url, "--accept-tos", "--email", "admin@zone.test", "--path", tmp_path,
              "--key-type", key_type, "--http", "--http.port", f"127.0.0.1:{stack.http_port}"]
    lego = [*common, *[x for n in names for x in ("--domains", n)]]
    run(stack, [*lego, "run"], LEGO_CA_CERTIFICATES=stack.root_file)
    path = tmp_path / "certificates" / f"{names[0]}.crt"
    first = leaf(path)
    assert sorted(acme.names_of(first)) == sorted(names)
    run(stack, [*lego, "renew", "--days", "3650", "--no-random-sleep"], LEGO_CA_CERTIFICATES=stack.root_file)
    assert leaf(path).serial_number != first.serial_number
    # lego looks for a file of each name, but has one of the first only.
    run(stack, [*common, "--domains", names[0], "revoke"], LEGO_CA_CERTIFICATES=stack.root_file)


def trusting(root_file):
    """libcurl of Debian trusts one file, whatever the environment says.  In a mount namespace it is ours."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    prefix = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
              f'mount --bind "$0" {bundle} && exec "$@"', root_file]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets ordinary users have no mount namespace")
    return prefix


def test_uacme_http(stack, tmp_path):
    """uacme asks a hook to publish the key authorization; ours writes it where a plain web server finds it."""
    name, root = f"uacme.{ZONE}", tmp_path / "www"
    tokens = root / ".well-known" / "acme-challenge"
    tokens.mkdir(parents=True)
    hook = tmp_path / "hook"
    hook.write_text(f"""#!/bin/sh
[ "$2" = http-01 ] || exit 1
case $1 in
begin) printf %s "$5" >{tokens}/"$4" ;;
*) rm -f {tokens}/"$4" ;;
esac
""", encoding="ascii")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    server = stacks.Process("http", ["/usr/bin/python3", "-m", "http.server", stack.http_port, "--bind", "127.0.0.1",
                                     "--directory", root], tmp_path / "http.log").start()
    try:
        home = tmp_path / "uacme"
        uacme = [*trusting(stack.root_file), "uacme", "-v", "-c", home, "-a", stack.directory_url, "-y"]
        run(stack, [*uacme, "new"])
        run(stack, [*uacme, "-h", hook, "issue", name])
        found = leaf(home / name / "cert.pem")
        assert acme.names_of(found) == [name]
        run(stack, [*uacme, "revoke", home / name / "cert.pem"])
        assert status_of(stack, found) == "revoked"
    finally:
        server.kill()

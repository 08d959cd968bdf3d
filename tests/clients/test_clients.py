# SPDX-License-Identifier: BSD-2-Clause
"""Stock clients of Debian 12, unchanged: certbot, lego, uacme, dehydrated, acme-tiny, acmetool, Apache's mod_md."""

import datetime
import functools
import http.server
import json
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest
from cryptography import x509
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
            "profile_settings": 'authorization-lifetime = "1min"\n\tmax-identifiers = 100',
            "profiles": {"short": 'description = "Certificates for a day"\n\tvalidity = "1d"'}}


@pytest.fixture
def binding(stack):
    """The server wants accounts bound to external ones: the key of one of those."""
    stack.reconfigure(**{"": "external-account-required = yes"})
    yield stack.chertctl_json("eab", "create", "--uses", "many", "--note", "clients")
    stack.reconfigure(**{"": ""})


def accounts_of(stack, binding):
    return len(stack.sql(f"select account_id from acme.accounts where eab_kid = '{binding['kid']}'"))


def run(stack, argv, **env):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, timeout=90,
                          stdin=subprocess.DEVNULL, env=stacks.environment() | {k: str(v) for k, v in env.items()})
    assert done.returncode == 0, f"{argv[0]}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def leaf(stack, path):
    """The first certificate of a chain that the strictest check there is accepts."""
    run(stack, ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", stack.root_file, "-untrusted",
                path, path])
    return acme.certificates(pathlib.Path(path).read_text(encoding="ascii"))[0]


def script(path, *lines):
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="ascii")
    path.chmod(0o700)
    return path


@pytest.fixture
def tokens(stack, tmp_path):
    """The directory for clients that leave it to a plain web server to show their key authorizations."""
    path = tmp_path / "www" / ".well-known" / "acme-challenge"
    path.mkdir(parents=True)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "www")
    with http.server.ThreadingHTTPServer(("127.0.0.1", stack.http_port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield path
        server.shutdown()
        thread.join()


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
        return leaf(self.stack, self.live / name / "fullchain.pem")

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


def test_certbot_hundred_names(certbot, tokens):
    names = sorted(f"n{i}.many.{ZONE}" for i in range(100))
    found = certbot.get("many", "--webroot", "--webroot-path", tokens.parent.parent, "-d", ",".join(names))
    assert sorted(acme.names_of(found)) == names


def test_certbot_bound(certbot, stack, binding):
    bound = ["--eab-kid", binding["kid"], "--eab-hmac-key", binding["hmac_key"]]
    assert acme.names_of(certbot.http("bound", "-d", f"bound.{ZONE}", *bound)) == [f"bound.{ZONE}"]
    assert accounts_of(stack, binding) == 1


def test_certbot_dns_wildcard(certbot, knot):
    names = sorted([f"d.{ZONE}", f"*.d.{ZONE}"])
    assert sorted(acme.names_of(certbot.dns("d", knot, "-d", ",".join(names)))) == names


def test_certbot_dns_rsa(certbot, knot):
    found = certbot.dns("e", knot, "-d", f"e.{ZONE}", "--key-type", "rsa", "--rsa-key-size", "4096")
    assert isinstance(found.public_key(), rsa.RSAPublicKey) and found.public_key().key_size == 4096


def test_certbot_renews(certbot, stack):
    first = certbot.http("f", "-d", f"f.{ZONE}")
    certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
    second = leaf(stack, certbot.live / "f" / "fullchain.pem")
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


def methods_of(stack, certificate):
    """The types of challenges that it comes of."""
    names = json.dumps(acme.names_of(certificate))
    rows = stack.sql(f"""
        select distinct c.type from acme.certificates t
          join acme.order_authorizations x on x.order_id = t.order_id
          join acme.challenges c on c.authorization_id = x.authorization_id and c.status = 'valid'
         where t.names @> '{names}'""")
    return {r[0] for r in rows}


@pytest.fixture
def lego(stack, tmp_path):
    common = ["lego", "--server", stack.directory_url, "--accept-tos", "--email", "admin@zone.test", "--path", tmp_path,
              "--http", "--http.port", f"127.0.0.1:{stack.http_port}"]
    return lambda names, *args: run(stack, [*common, *[x for n in names for x in ("--domains", n)], *args],
                                    LEGO_CA_CERTIFICATES=stack.root_file)


@pytest.mark.parametrize("key_type", ["ec256", "rsa2048"])
def test_lego_http(lego, stack, tmp_path, key_type):
    names = [f"{key_type}.lego.{ZONE}", f"www.{key_type}.lego.{ZONE}"]
    lego(names, "--key-type", key_type, "run")
    path = tmp_path / "certificates" / f"{names[0]}.crt"
    first = leaf(stack, path)
    assert sorted(acme.names_of(first)) == sorted(names)
    lego(names, "--key-type", key_type, "renew", "--days", "3650", "--no-random-sleep")
    assert leaf(stack, path).serial_number != first.serial_number
    # lego looks for a file of each name, but has one of the first only.
    lego(names[:1], "revoke")


def test_lego_tls(stack, tmp_path):
    names = [f"tls.lego.{ZONE}", f"www.tls.lego.{ZONE}"]
    run(stack, ["lego", "--server", stack.directory_url, "--accept-tos", "--email", "admin@zone.test", "--path", tmp_path,
                "--tls", "--tls.port", f"127.0.0.1:{stack.tls_port}", *[x for n in names for x in ("--domains", n)], "run"],
        LEGO_CA_CERTIFICATES=stack.root_file)
    found = leaf(stack, tmp_path / "certificates" / f"{names[0]}.crt")
    assert sorted(acme.names_of(found)) == names and methods_of(stack, found) == {"tls-alpn-01"}


def test_lego_bound(lego, stack, tmp_path, binding):
    name = f"bound.lego.{ZONE}"
    lego([name], "--eab", "--kid", binding["kid"], "--hmac", binding["hmac_key"], "run")
    assert acme.names_of(leaf(stack, tmp_path / "certificates" / f"{name}.crt")) == [name]
    assert accounts_of(stack, binding) == 1


def trusting(root_file):
    """libcurl of Debian trusts one file, whatever the environment says.  In a mount namespace it is ours."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    prefix = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
              f'mount --bind "$0" {bundle} && exec "$@"', root_file]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets ordinary users have no mount namespace")
    return prefix


@pytest.fixture
def uacme(stack, tmp_path, tokens):
    hook = script(tmp_path / "hook", '[ "$2" = http-01 ] || exit 1', "case $1 in",
                  f'begin) printf %s "$5" >{tokens}/"$4" ;;', f'*) rm -f {tokens}/"$4" ;;', "esac")
    common = [*trusting(stack.root_file), "uacme", "-v", "-c", tmp_path / "uacme", "-a", stack.directory_url, "-y",
              "-h", hook]
    return lambda *args: run(stack, [*common, *args])


def test_uacme_http(uacme, stack, tmp_path):
    name = f"uacme.{ZONE}"
    path = tmp_path / "uacme" / name / "cert.pem"
    uacme("new")
    uacme("issue", name)
    found = leaf(stack, path)
    assert acme.names_of(found) == [name]
    uacme("revoke", path)
    assert status_of(stack, found) == "revoked"


@pytest.fixture
def ualpn(stack, tmp_path):
    """uacme's own TLS server; the hook that tells it what to show."""
    sock = tmp_path / "ualpn.sock"
    server = stacks.Process("ualpn", ["ualpn", "-v", "-b", f"127.0.0.1@{stack.tls_port}", "-c", "127.0.0.1@1", "-n", "1",
                                      "-s", sock, "-S", "600", "-p", tmp_path / "ualpn.pid"], tmp_path / "ualpn.log")
    server.start()
    eventually(sock.exists)
    yield script(tmp_path / "ualpn-hook", '[ "$2" = tls-alpn-01 ] || exit 1', "case $1 in",
                 'begin) line="auth $3 $5" ;;', '*) line="unauth $3" ;;', "esac",
                 f'[ "$(echo "$line" | ualpn -s {sock})" = OK ]')
    server.stop()


@pytest.mark.parametrize("name", [f"tls.uacme.{ZONE}", "127.0.0.1"])
def test_uacme_tls(stack, tmp_path, ualpn, name):
    common = [*trusting(stack.root_file), "uacme", "-v", "-c", tmp_path / "uacme", "-a", stack.directory_url, "-y"]
    run(stack, [*common, "new"])
    run(stack, [*common, "-h", ualpn, "issue", name])
    found = leaf(stack, tmp_path / "uacme" / name / "cert.pem")
    assert acme.names_of(found) == [name] and methods_of(stack, found) == {"tls-alpn-01"}


def test_uacme_changes_its_key(uacme, stack):
    mail = f"newkey@{ZONE}"

    def account():
        return stack.sql(f"select account_id, key_thumbprint from acme.accounts where contact::text like '%{mail}%'")

    uacme("new", mail)
    [(number, before)] = account()
    uacme("newkey")
    [(same, after)] = account()
    assert number == same and before != after
    uacme("update", f"other-{mail}")
    assert account() == [[number, after]]


def test_uacme_bound(uacme, stack, binding):
    uacme("-e", f"{binding['kid']}:{binding['hmac_key']}", "new")
    assert accounts_of(stack, binding) == 1


def registered_dehydrated(stack, tmp_path, tokens, *settings):
    config = tmp_path / "config"
    config.write_text(f"""\
BASEDIR={tmp_path}
CA={stack.directory_url}
CURL_OPTS="--cacert {stack.root_file}"
WELLKNOWN={tokens}
CONTACT_EMAIL=admin@{ZONE}
ACCOUNT_KEYSIZE=2048
KEYSIZE=2048
""" + "\n".join(settings), encoding="ascii")
    run(stack, ["dehydrated", "-f", config, "--register", "--accept-terms"])
    return lambda *args: run(stack, ["dehydrated", "-f", config, *args])


@pytest.fixture
def dehydrated(stack, tmp_path, tokens):
    return registered_dehydrated(stack, tmp_path, tokens)


def test_dehydrated_bound(stack, tmp_path, tokens, binding):
    name = f"bound.deh.{ZONE}"
    dehydrated = registered_dehydrated(stack, tmp_path, tokens, f"EAB_KID={binding['kid']}",
                                       f"EAB_HMAC_KEY={binding['hmac_key']}")
    dehydrated("--cron", "--domain", name)
    assert acme.names_of(leaf(stack, tmp_path / "certs" / name / "fullchain.pem")) == [name]
    assert accounts_of(stack, binding) == 1


def test_dehydrated_http(dehydrated, stack, tmp_path):
    names = [f"deh.{ZONE}", f"www.deh.{ZONE}"]
    dehydrated("--cron", "--algo", "secp384r1", *[x for n in names for x in ("--domain", n)])
    path = tmp_path / "certs" / names[0]
    found = leaf(stack, path / "fullchain.pem")
    assert sorted(acme.names_of(found)) == names
    assert isinstance(found.public_key(), ec.EllipticCurvePublicKey)
    dehydrated("--revoke", path / "cert.pem")
    assert status_of(stack, found) == "revoked"
    dehydrated("--account")
    dehydrated("--deactivate")


def test_dehydrated_dns_wildcard(dehydrated, stack, tmp_path, knot):
    names = [f"*.dns.deh.{ZONE}", f"dns.deh.{ZONE}"]
    update = f'CERTBOT_DOMAIN=$2 CERTBOT_VALIDATION=$4 exec /usr/bin/python3 {HERE}/hook.py %s {knot.port} {ZONE} ;;'
    hook = script(tmp_path / "hook", "case $1 in", f"deploy_challenge) {update % 'add'}",
                  f"clean_challenge) {update % 'delete'}", "esac")
    dehydrated("--cron", "--algo", "rsa", "--challenge", "dns-01", "--hook", hook, "--alias", "wildcard",
               *[x for n in names for x in ("--domain", n)])
    found = leaf(stack, tmp_path / "certs" / "wildcard" / "fullchain.pem")
    assert sorted(acme.names_of(found)) == names
    assert isinstance(found.public_key(), rsa.RSAPublicKey)


def test_acme_tiny(stack, tmp_path, tokens):
    names = [f"tiny.{ZONE}", f"www.tiny.{ZONE}"]
    account, key, csr, chain = (tmp_path / n for n in ("account.key", "key", "csr", "chain"))
    run(stack, ["openssl", "genrsa", "-out", account, "2048"])
    run(stack, ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-subj", f"/CN={names[0]}", "-addext", f"subjectAltName=DNS:{names[0]},DNS:{names[1]}",
                "-out", csr])
    tiny = script(tmp_path / "tiny", f'exec acme-tiny "$@" >{chain}')
    for _ in ("new", "known"):
        run(stack, [tiny, "--account-key", account, "--csr", csr, "--acme-dir", tokens, "--disable-check",
                    "--directory-url", stack.directory_url, "--contact", f"mailto:admin@{ZONE}"],
            SSL_CERT_FILE=stack.root_file)
        assert sorted(acme.names_of(leaf(stack, chain))) == names


def test_acmetool(stack, tmp_path, tokens):
    """Its files are YAML, of which JSON is a part."""
    name, state = f"acmetool.{ZONE}", tmp_path / "state"
    challenge = {"webroot-paths": [str(tokens)], "http-self-test": False}
    key = {"type": "ecdsa", "ecdsa-curve": "nistp256"}
    (state / "conf").mkdir(parents=True)
    for place, value in (("target", {"request": {"provider": stack.directory_url, "challenge": challenge, "key": key}}),
                         ("responses", {"acme-enter-email": f"admin@{ZONE}"})):
        (state / "conf" / place).write_text(json.dumps(value), encoding="ascii")
    run(stack, ["acmetool", "--state", state, "--hooks", tmp_path / "hooks", "--batch", "want", name],
        SSL_CERT_FILE=stack.root_file)
    assert acme.names_of(leaf(stack, state / "live" / name / "fullchain")) == [name]


def mod_md_conf(stack, home, names, port, settings):
    modules = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"
                      for m in ("mpm_event", "authz_core", "socache_shmcb", "ssl", "md"))
    hosts = "".join(f"""\
Listen 127.0.0.1:{p}
<VirtualHost 127.0.0.1:{p}>
	ServerName {names[0]}
	ServerAlias {names[1]}
	SSLEngine {engine}
</VirtualHost>
""" for p, engine in ((stack.http_port, "off"), (port, "on")))
    path = home / "apache.conf"
    path.write_text(f"""\
ServerRoot "{home}"
DefaultRuntimeDir "{home}"
PidFile "{home}/pid"
DocumentRoot "{home}"
ServerName {names[0]}
ErrorLog "{home}/error.log"
LogLevel warn md:debug
{modules}
MDomain {" ".join(names)}
MDStoreDir "{home}/md"
MDCertificateAuthority {stack.directory_url}
MDCACertificateFile "{stack.root_file}"
MDCertificateAgreement accepted
MDContactEmail admin@{ZONE}
MDPortMap http:{stack.http_port} https:{port}
{settings}
{hosts}""", encoding="ascii")
    return path


def eventually(look, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, look
        time.sleep(0.1)
    return found


class Apache:
    """mod_md gets the certificate in the background and serves it after a graceful restart."""

    def __init__(self, stack, home, names, *settings, port=None):
        self.port, self.names, self.log = port or stacks.free_port(), names, home / "error.log"
        self.job = home / "md" / "staging" / names[0] / "job.json"
        self.context = ssl.create_default_context(cafile=stack.root_file)
        conf = mod_md_conf(stack, home, names, self.port, "\n".join(settings))
        self.process = stacks.Process("apache", [stacks.WEB_SERVERS["apache"], "-DFOREGROUND", "-f", conf],
                                      home / "apache.log")

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.stop()

    def staged(self):
        self.process.check()
        return self.job.exists() and json.loads(self.job.read_text(encoding="utf-8")).get("finished")

    def served(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as plain:
                with self.context.wrap_socket(plain, server_hostname=self.names[1]) as tls:
                    return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))
        except OSError:
            return None

    def restart(self):
        self.process.popen.send_signal(signal.SIGUSR1)

    def certificate(self):
        eventually(self.staged)
        self.restart()
        return eventually(self.served)

    def advice(self):
        """What it found out about the renewal (RFC 9773)."""
        return re.findall(r"CA advises renew via ARI (between|now)", self.log.read_text(encoding="utf-8"))


def test_apache_mod_md(stack, tmp_path):
    names = [f"md.{ZONE}", f"www.md.{ZONE}"]
    with Apache(stack, tmp_path, names) as apache:
        assert sorted(acme.names_of(apache.certificate())) == names


def test_apache_mod_md_tls(stack, tmp_path):
    """It answers in its own TLS server."""
    names = [f"tls.md.{ZONE}", f"www.tls.md.{ZONE}"]
    with Apache(stack, tmp_path, names, "MDCAChallenges tls-alpn-01", "Protocols acme-tls/1 http/1.1",
                port=stack.tls_port) as apache:
        found = apache.certificate()
        assert sorted(acme.names_of(found)) == names and methods_of(stack, found) == {"tls-alpn-01"}


def test_apache_mod_md_renews_when_told(stack, tmp_path, certbot):
    names = [f"ari.md.{ZONE}", f"www.ari.md.{ZONE}"]
    store = tmp_path / "md" / "domains" / names[0]
    with Apache(stack, tmp_path, names) as apache:
        first = apache.certificate()
        eventually(lambda: "between" in apache.advice())
        certbot("revoke", "--server", stack.directory_url, "--cert-path", store / "pubcert.pem", "--key-path",
                store / "privkey.pem", "--no-delete-after-revoke")
        apache.restart()
        eventually(lambda: "now" in apache.advice())
        eventually(apache.staged)
        apache.restart()
        eventually(lambda: (found := apache.served()) and found.serial_number != first.serial_number)


def test_apache_mod_md_bound_with_profile(stack, tmp_path, binding):
    names = [f"bound.md.{ZONE}", f"www.bound.md.{ZONE}"]
    with Apache(stack, tmp_path, names, f"MDExternalAccountBinding {binding['kid']} {binding['hmac_key']}",
                "MDProfile short", "MDProfileMandatory on") as apache:
        found = apache.certificate()
        assert found.not_valid_after - found.not_valid_before < datetime.timedelta(days=1)
    assert accounts_of(stack, binding) == 1

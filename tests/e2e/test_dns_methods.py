# SPDX-License-Identifier: BSD-2-Clause
"""dns-account-01 and dns-persist-01, and how challenges are offered beside each other (conformance A216, H, I, S62, S74)."""

import base64
import contextlib
import datetime
import hashlib
import re
import time

import pytest

import acme

ISSUERS = ["ca.example", "ca2.example"]
FOR_MANY = {"dns-01", "dns-account-01", "dns-persist-01"}


@pytest.fixture(scope="module")
def stack_settings(knot):
    """As a stub zone, which Knot is asked for once and finally, and not whoever stands in its NS records."""
    return {"validator_settings": f'stub-zones = {{"{knot.zone}={knot.address}"}}\n\tpoll-interval = "100ms"',
            "settings": 'caa-identities = {"ca.example", "ca2.example"}',
            "profile_settings": 'challenges = {"dns-persist-01", "http-01", "dns-01", "tls-alpn-01", "dns-account-01"}',
            "profiles": {"persistent": 'challenges = {"dns-persist-01"}',
                         "checked": 'challenges = {"dns-account-01"}\n\tcaa-skip-suffixes = {}'}}


@contextlib.contextmanager
def record(knot, owner, text):
    knot.add(owner, "TXT", f'"{text}"')
    try:
        yield
    finally:
        knot.delete(owner, "TXT")


class Persistent:
    """A solver whose record says what it was told to."""

    def __init__(self, knot, text):
        self.knot, self.text = knot, text

    def answer(self, name, _token, _key_authorization):
        return record(self.knot, f"_validation-persist.{name}", self.text)


class ByAccount:
    def __init__(self, knot, account_url):
        label = base64.b32encode(hashlib.sha256(account_url.encode()).digest()[:10]).decode().lower()
        self.knot, self.prefix = knot, f"_{label}._acme-challenge"

    def answer(self, name, _token, key_authorization):
        digest = acme.b64u(hashlib.sha256(key_authorization.encode()).digest())
        return record(self.knot, f"{self.prefix}.{name}", digest)


def hashed(stack, key, account_url, domain):
    """draft-ietf-acme-dns-persist-02: the account as its hash names it."""
    data = bytes([len(domain)]) + domain.encode() + key.thumbprint().encode() + account_url.encode()
    return f"{stack.base_url}/account-hash/sha-256/{acme.b64u(hashlib.sha256(data).digest())}"


# --- what is offered

def test_i20_directory(stranger, stack):
    meta = stranger.directory["meta"]
    assert meta["issuerDomainNames"] == meta["caaIdentities"] == ISSUERS
    assert meta["accountHashPrefix"] == f"{stack.base_url}/account-hash/"


def test_i1_i2_s61_s74_object(client, name):
    """Both generations of the draft find their members, acme.sh its braces, and there is no token."""
    reply = client.post(client.new_order([name]).ok(201).json["authorizations"][0]).ok()
    found = client.challenge(reply.json, "dns-persist-01")
    assert found == {"type": "dns-persist-01", "url": found["url"], "status": "pending", "issuer-domain-names": ISSUERS,
                     "issuerDomainNames": ISSUERS, "accounturi": client.kid}
    assert client.read(found["url"]) == found
    assert all(re.fullmatch(r"[a-z0-9.-]{1,253}(?<![.])", issuer) for issuer in found["issuerDomainNames"])
    assert reply.text.count('"value"') == 1 and len(re.findall(r'{[^{}]*"type":"dns-persist-01"[^{}]*}', reply.text)) == 1


def test_h1_object(client, name):
    found = client.challenge(client.read(client.new_order([name]).ok(201).json["authorizations"][0]), "dns-account-01")
    assert set(found) == {"type", "url", "status", "token"} and len(acme.unb64u(found["token"])) >= 16


def test_a216_s62_order_of_challenges(client, name):
    """Any, as long as no challenge without a token comes before one that has one; and it does not change."""
    places = client.new_order([f"{i}.{name}" for i in range(30)]).ok(201).json["authorizations"]
    orders = [[c["type"] for c in client.read(place)["challenges"]] for place in places]
    assert {types[-1] for types in orders} == {"dns-persist-01"} and {len(types) for types in orders} == {5}
    assert {types[0] for types in orders} == {"http-01", "dns-01", "tls-alpn-01", "dns-account-01"}
    assert [[c["type"] for c in client.read(place)["challenges"]] for place in places] == orders


def test_a216_h6_wildcards(client, name):
    place, = client.new_order([f"*.{name}"]).ok(201).json["authorizations"]
    assert {c["type"] for c in client.read(place)["challenges"]} == FOR_MANY
    found = client.new_authz(name, subdomainAuthAllowed=True).ok(201).json
    assert {c["type"] for c in found["challenges"]} == FOR_MANY


def test_reuse_does_not_look_at_the_order(client, name):
    place = client.new_authz(name).ok(201).location
    for _ in range(10):
        assert client.new_order([name, f"www.{name}"]).ok(201).json["authorizations"][0] == place


# --- to the certificate

def test_h2_h3_h6_by_account(client, knot, name):
    solver = ByAccount(knot, client.kid)
    for names in ([name], [f"*.{name}"]):
        leaf = acme.certificates(client.issue(names, solver, kind="dns-account-01"))[0]
        assert acme.names_of(leaf) == names


def test_h8_key_change(client, knot, name):
    """The label stays, the value is that of the new key."""
    solver = ByAccount(knot, client.kid)
    client.change_key(acme.Key()).ok()
    assert client.issue([name], solver, kind="dns-account-01")


@pytest.mark.parametrize("methods,status", [("dns-account-01", "valid"), ("dns-01", "invalid")])
def test_h7_in_caa_records(client, knot, name, methods, status):
    knot.add(name, "CAA", f'0 issue "ca.example; validationmethods={methods}"')
    url, order = client.ready_order([name], ByAccount(knot, client.kid), "dns-account-01", profile="checked")
    client.finalize(order, acme.csr(acme.Key(), [name])).ok()
    assert client.poll(url)["status"] == status


def test_h4_nothing_there(client, name):
    created = client.new_order([name]).ok(201)
    found = client.authorize(created.json["authorizations"][0], Nothing(), "dns-account-01")
    assert found["status"] == "invalid"
    assert client.kid in client.challenge(found, "dns-account-01")["error"]["detail"]


class Nothing:
    @contextlib.contextmanager
    def answer(self, *_):
        yield


def test_i3_i5_i6_account_url(client, knot, name):
    """The form of -00 and -01, in the field."""
    leaf = acme.certificates(client.issue([name], Persistent(knot, f"ca2.example; accounturi={client.kid}"),
                                          kind="dns-persist-01"))[0]
    assert acme.names_of(leaf) == [name]
    solver = Persistent(knot, f"ca.example; accounturi={client.kid}; policy=WildCard")
    assert client.issue([f"*.{name}"], solver, kind="dns-persist-01", profile="persistent")


@pytest.mark.parametrize("domain", ["own", "*"])
def test_i21_i22_hash(client, stack, knot, name, domain):
    """The form since -02, also when the key is another one by now."""
    text = f"ca.example;accounturi={hashed(stack, client.key, client.kid, domain.replace('own', name))}"
    assert client.issue([name], Persistent(knot, text), kind="dns-persist-01")
    client.change_key(acme.Key()).ok()
    assert client.issue([name], Persistent(knot, text), kind="dns-persist-01")


def test_i22_key_taken_over(client, new_client, stack, knot, name):
    """Who has an account's former key is not that account."""
    key, url = client.key, client.kid
    client.change_key(acme.Key()).ok()
    other = new_client(key=key)
    other.register().ok(201)
    text = f"ca.example;accounturi={hashed(stack, key, url, name)}"
    place, = other.new_order([name]).ok(201).json["authorizations"]
    assert other.authorize(place, Persistent(knot, text), "dns-persist-01")["status"] == "invalid"


REFUSED = {
    "another account": ("ca.example; accounturi={other}", "unauthorized"),
    "another CA": ("ca.test; accounturi={own}", "unauthorized"),
    "no account": ("ca.example", "malformed"),
    "account twice": ("ca.example; accounturi={own}; accounturi={own}", "malformed"),
    "over": ("ca.example; accounturi={own}; persistUntil=1700000000", "unauthorized"),
    "no time": ("ca.example; accounturi={own}; persistUntil=soon", "malformed"),
}


@pytest.mark.parametrize("text,kind", REFUSED.values(), ids=REFUSED)
def test_i9_errors(client, knot, name, text, kind):
    solver = Persistent(knot, text.format(own=client.kid, other=client.kid[:-1] + "AQ"[client.kid[-1] == "A"]))
    place, = client.new_order([name]).ok(201).json["authorizations"]
    found = client.authorize(place, solver, "dns-persist-01")
    assert found["status"] == "invalid"
    assert client.challenge(found, "dns-persist-01")["error"]["type"] == acme.ERROR + kind


def test_i5_wildcard_without_the_policy(client, knot, name):
    place, = client.new_order([f"*.{name}"]).ok(201).json["authorizations"]
    solver = Persistent(knot, f"ca.example; accounturi={client.kid}")
    assert client.authorize(place, solver, "dns-persist-01")["status"] == "invalid"


def seconds_left(authorization):
    return datetime.datetime.fromisoformat(authorization["expires"].replace("Z", "+00:00")).timestamp() - time.time()


@pytest.mark.parametrize("until,longest", [(3600, 3600), (100 * 86400, 10 * 86400)])
def test_i12_i24_end(client, knot, name, until, longest):
    """No longer than the record says, nor than ten days."""
    solver = Persistent(knot, f"ca.example; accounturi={client.kid}; persistUntil={int(time.time()) + until}")
    place, = client.new_order([name]).ok(201).json["authorizations"]
    found = client.authorize(place, solver, "dns-persist-01")
    assert found["status"] == "valid" and longest - 60 < seconds_left(found) <= longest


def test_i24_nothing_is_issued_after_the_end(client, knot, name):
    solver = Persistent(knot, f"ca.example; accounturi={client.kid}; persistUntil={int(time.time()) + 4}")
    url, order = client.ready_order([name], solver, "dns-persist-01")
    assert seconds_left(order) <= 4
    time.sleep(5)
    client.finalize(order, acme.csr(acme.Key(), [name])).problem("orderNotReady", 403)
    assert client.read(url)["status"] == "invalid"


def test_i23_deactivated_account(client, stack, knot, name):
    """Nothing is accepted for it any more, and it finds nobody who would ask."""
    place, = client.new_order([name]).ok(201).json["authorizations"]
    challenge = client.challenge(client.read(place), "dns-persist-01")
    with stack.paused("validator"), Persistent(knot, f"ca.example; accounturi={client.kid}").answer(name, None, None):
        client.post(challenge["url"], {}).ok()
        client.post(client.kid, {"status": "deactivated"}).ok()
    client.post(place).problem("unauthorized")
    assert stack.sql(f"select count(*) from acme.jobs where object_id = '{acme.unb64u(place.split('/')[-1]).hex()}'") == [["0"]]

# SPDX-License-Identifier: BSD-2-Clause
"""Alternate chains (RFC 8555, 7.4.2; conformance A187, S81, S82)."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import acme
import stack as stacks


def make_ca(name, key, issuer=None, issuer_key=None, public=None, path_length=1, key_id=None):
    """A CA certificate, as a root if nobody else issues it."""
    subject = name if isinstance(name, x509.Name) else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    public = public or key.private.public_key()
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
            .public_key(public).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=3000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
            .add_extension(key_id or x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign((issuer_key or key).private, hashes.SHA256()))


def pem(*certificates):
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


class Authority:
    """Another root, and what it issues for the issuer of a stack: a certificate with the same name, key and key identifier."""

    def __init__(self, stack, name):
        self.key = acme.Key()
        self.root = make_ca(name, self.key)
        self.own = x509.load_pem_x509_certificate((stack.etc / "ca" / "issuer.pem").read_bytes())
        self.cross = self.certify(self.own.subject, self.own.public_key())

    def certify(self, name, public, key_id=None):
        key_id = key_id or self.own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return make_ca(name, self.key, self.root, self.key, public, 0, key_id)


def write(stack, name, *certificates):
    path = stack.etc / name
    path.write_bytes(pem(*certificates))
    return path


def alternates(*paths):
    return f"alternates = {{{', '.join(f'{chr(34)}{p}{chr(34)}' for p in paths)}}}"


@pytest.fixture(scope="module")
def others(stack):
    """Two other roots; the stack offers chains to both."""
    made = [Authority(stack, f"Other Root {i}") for i in (1, 2)]
    files = [write(stack, f"other{i}.pem", a.cross, a.root) for i, a in enumerate(made, 1)]
    stack.reconfigure(issuer=alternates(*files))
    return made


def test_a187_each_leads_to_the_others(client, solver, name, others, stack):
    url = client.issue_order([name], solver)["certificate"]
    places = [url, f"{url}/1", f"{url}/2"]
    replies = [client.download(place) for place in places]
    for place, reply in zip(places, replies):
        assert reply.links("alternate") == [p for p in places if p != place]
        assert not reply.links("up")
    chains = [acme.certificates(reply.text) for reply in replies]
    assert all(chain[0] == chains[0][0] for chain in chains), "the same certificate first"
    assert [chain[1:] for chain in chains[1:]] == [[a.cross] for a in others], "roots are left out"
    roots = [x509.load_pem_x509_certificate(stack.root_file.read_bytes()), *(a.root for a in others)]
    for chain, root in zip(chains, roots):
        leaf, issuer = chain
        leaf_key = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        assert leaf.issuer == issuer.subject and issuer.issuer == root.subject
        assert leaf_key == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


@pytest.mark.parametrize("number", ["0", "3", "01", "-1", "1x", "", "999999999999", "1/1"])
def test_others_are_not_there(client, solver, name, others, number):
    url = client.issue_order([name], solver)["certificate"]
    client.post(f"{url}/{number}").problem("malformed", 404)


def test_a188_other_formats(client, solver, name, others):
    url = client.issue_order([name], solver)["certificate"]
    reply = client.post(f"{url}/1", headers={"Accept": "application/pkix-cert"}).ok()
    assert len(reply.links("alternate")) == 2
    assert reply.body == client.post(url, headers={"Accept": "application/pkix-cert"}).ok().body


def test_a189_only_for_its_account(client, new_client, solver, name, others):
    url = client.issue_order([name], solver)["certificate"]
    other = new_client()
    other.register()
    other.post(f"{url}/1").problem("malformed", 404)


def refusal(stack, *paths):
    """What check-conf says of these alternates."""
    text = stack.conf.read_text(encoding="utf-8")
    try:
        line = next(l for l in text.splitlines() if l.strip().startswith("alternates"))
        stack.conf.write_text(text.replace(line, alternates(*paths)), encoding="utf-8")
        stack.chertctl("check-conf")
    except stacks.StackError as e:
        return str(e)
    finally:
        stack.conf.write_text(text, encoding="utf-8")
    return None


FOREIGN = "does not start with a certificate of the issuer"


def test_check_conf(stack, others):
    first, second = others
    subject, public = first.own.subject, first.own.public_key()
    other_id = x509.SubjectKeyIdentifier(b"another")
    wanted = {
        "the chain alone": ([first.cross], None),
        "the issuer itself": ([first.own, x509.load_pem_x509_certificate(stack.root_file.read_bytes())], None),
        "the root alone": ([first.root], FOREIGN),
        "another key": ([first.certify(subject, acme.Key().private.public_key())], FOREIGN),
        "another name": ([first.certify(first.root.subject, public)], FOREIGN),
        "another key identifier": ([first.certify(subject, public, other_id)], FOREIGN),
        "another root": ([first.cross, second.root], "was not issued by"),
    }
    for what, (chain, said) in wanted.items():
        found = refusal(stack, write(stack, "chain.pem", *chain))
        assert said in found if said else found is None, f"{what}: {found}"
    assert "cannot be opened" in refusal(stack, stack.etc / "nonesuch.pem")

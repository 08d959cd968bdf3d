# SPDX-License-Identifier: BSD-2-Clause
"""Terms of service by version, and the page where people agree to new ones (RFC 8555, 7.3, 7.3.3)."""

import pytest

TERMS = "https://ca.example.test/terms?a=1&b=2"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def settings(version):
    return f'terms-of-service = "{TERMS}"\nterms-version = "{version}"'


@pytest.fixture(scope="module")
def stack_settings():
    return {"settings": settings(2)}


@pytest.fixture
def old_client(client, stack):
    """Its account agreed to another version."""
    stack.sql("update acme.accounts set terms = '1' where key_thumbprint = "
              f"'{client.key.thumbprint()}'")
    return client


def change_version(stack, version):
    stack.reconfigure(**{"": settings(version)})


def account_id(client, stack):
    return stack.sql(f"select account_id from acme.accounts where key_thumbprint = '{client.key.thumbprint()}'")[0][0]


def agreed(client, stack):
    return stack.sql(f"select terms from acme.accounts where key_thumbprint = '{client.key.thumbprint()}'")[0][0]


def needs_action(client, name):
    reply = client.new_order([name])
    found = reply.problem("userActionRequired", 403)
    assert reply.links("terms-of-service") == [TERMS]
    return found["instance"]


def submit(client, url, form="agree=yes", **headers):
    return client.request("POST", url, body=form.encode(), headers=FORM | headers)


def test_a92_a93_directory(stranger):
    assert stranger.directory["meta"]["termsOfService"] == TERMS


@pytest.mark.parametrize("payload", [{"contact": []}, {"termsOfServiceAgreed": False}, {"termsOfServiceAgreed": None}])
def test_a105(stranger, payload):
    reply = stranger.new_account(payload)
    found = reply.problem("userActionRequired", 403)
    assert found["instance"] == TERMS and reply.links("terms-of-service") == [TERMS]
    stranger.new_account({"onlyReturnExisting": True}).problem("accountDoesNotExist", 400)


@pytest.mark.parametrize("value", ["true", 1, [], {}])
def test_a106(stranger, value):
    stranger.new_account({"termsOfServiceAgreed": value}).problem("malformed", 400)


def test_agreed_version_is_kept(client, stack):
    assert agreed(client, stack) == "2"
    assert client.read(client.kid)["termsOfServiceAgreed"] is True


def test_a118_link(stranger):
    reply = stranger.register()
    assert reply.links("terms-of-service") == [TERMS]
    assert stranger.post(stranger.kid).ok().links("terms-of-service") == [TERMS]


def test_a101_existing_account_need_not_agree(old_client, stack):
    old_client.new_account({"contact": []}).ok(200)
    old_client.new_account({"termsOfServiceAgreed": True}).ok(200)
    assert agreed(old_client, stack) == "1"


def test_a117(old_client, stack, name):
    url = needs_action(old_client, name)
    page = old_client.get(url).ok()
    assert page.media_type == "text/html" and "I agree" in page.text
    assert TERMS.replace("&", "&#38;") in page.text and "<script" not in page.text
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert agreed(old_client, stack) == "1"
    assert "has agreed" in submit(old_client, url).ok().text
    assert agreed(old_client, stack) == "2"
    old_client.new_order([name]).ok(201)
    submit(old_client, url).ok()


def test_a117_pre_authorization_too(old_client, name):
    if "newAuthz" not in old_client.directory:
        pytest.skip("no newAuthz")
    reply = old_client.post(old_client.directory["newAuthz"], {"identifier": {"type": "dns", "value": name}})
    assert reply.problem("userActionRequired", 403)["instance"].startswith(old_client.kid.rsplit("/", 2)[0] + "/terms/")


def test_a117_what_is_there_goes_on(client, stack, solver, name):
    url, order = client.ready_order([name], solver)
    stack.sql(f"update acme.accounts set terms = '1' where account_id = '{account_id(client, stack)}'")
    assert client.read(url)["status"] == "ready"
    assert client.post(client.kid, {"contact": []}).ok().json["status"] == "valid"
    assert "termsOfServiceAgreed" in client.read(client.kid)
    assert order["status"] == "ready"


def test_a113_no_agreeing_by_update(old_client, stack, name):
    """RFC 8555, 7.3.2: a client cannot do by itself what a person should."""
    old_client.post(old_client.kid, {"termsOfServiceAgreed": True}).ok()
    assert agreed(old_client, stack) == "1"
    needs_action(old_client, name)


def test_never_agreed(client, stack, name):
    stack.sql(f"update acme.accounts set terms = null where account_id = '{account_id(client, stack)}'")
    submit(client, needs_action(client, name)).ok()
    client.new_order([name]).ok(201)


def test_operator_agrees(old_client, stack, name):
    needs_action(old_client, name)
    stack.chertctl("account", "agree", old_client.kid)
    old_client.new_order([name]).ok(201)


def test_links_that_are_not_good(old_client, new_client, stack, name):
    url = needs_action(old_client, name)
    other = new_client()
    other.register()
    stack.sql(f"update acme.accounts set terms = '1' where account_id = '{account_id(other, stack)}'")
    head, account, proof = url.rsplit("/", 2)
    other_account = other.kid.rsplit("/", 1)[1]
    last = "0" if proof[-1] != "0" else "1"
    for bad in (f"{head}/{other_account}/{proof}", f"{head}/{account}/{proof[:-1]}{last}", f"{head}/{account}/{proof[:-2]}",
                f"{head}/{account}/{proof}00", f"{head}/{account}/", f"{head}/{account}", f"{head}/{account}/{'0' * 34}"):
        old_client.get(bad).problem("malformed", 404)
        submit(old_client, bad).problem("malformed", 404)
    assert agreed(old_client, stack) == agreed(other, stack) == "1"


def test_link_is_for_the_version_in_force(old_client, stack, name):
    """A page that was opened before the terms changed once more does not agree to what nobody has seen."""
    url = needs_action(old_client, name)
    change_version(stack, 3)
    try:
        submit(old_client, url).problem("malformed", 404)
        assert needs_action(old_client, name) != url
    finally:
        change_version(stack, 2)


def test_a117_new_version_while_accounts_are_there(client, stack, name):
    client.new_order([name]).ok(201)
    change_version(stack, 3)
    try:
        submit(client, needs_action(client, name)).ok()
        client.new_order([name]).ok(201)
    finally:
        change_version(stack, 2)
    needs_action(client, name)


def test_forms_that_are_not_ours(old_client, stack, name):
    url = needs_action(old_client, name)
    for form in ("", "agree=no", "agree", "agree=yes&x=1", "x" * 1000):
        submit(old_client, url, form).problem("malformed", 400)
    submit(old_client, url, "agree=" + "y" * 70000).problem("malformed")
    submit(old_client, url, **{"Content-Type": "application/jose+json"}).problem("malformed", 415)
    submit(old_client, url, **{"Content-Type": "text/plain"}).problem("malformed", 415)
    assert agreed(old_client, stack) == "1"


def test_methods(old_client, name):
    url = needs_action(old_client, name)
    assert old_client.head(url).ok().body == b""
    reply = old_client.request("PUT", url, body=b"agree=yes", headers=FORM)
    reply.problem("malformed", 405)
    assert set(reply["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_deactivated_account(old_client, stack, name):
    url = needs_action(old_client, name)
    old_client.post(old_client.kid, {"status": "deactivated"}).ok()
    assert submit(old_client, url).problem("unauthorized")
    assert agreed(old_client, stack) == "1"

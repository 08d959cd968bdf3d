/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <json-c/json.h>
#include <string.h>

#include "acme/policy-conf.h"
#include "acme/policy.h"
#include "base/clk.h"
#include "json/js.h"
#include "responder/contact.h"

static char http01[] = "http-01", dns01[] = "dns-01", persist[] = "dns-persist-01", example[] = "example",
	    secret[] = "secret.example", below[] = "x.a.co.uk", dns[] = "dns", ip[] = "ip";
static char *both[] = { http01, dns01 }, *allowed[] = { example }, *denied[] = { secret }, *types[] = { dns, ip };

static const struct conf_profile profile = {
	.validity = 90 * CLK_DAY,
	.backdate = CLK_HOUR,
	.identifier_types = { types, 2 },
	.allow_wildcards = true,
	.challenges = { both, 2 },
	.allow_suffixes = { allowed, 1 },
	.deny_suffixes = { denied, 1 },
};

static int check(const struct conf_profile *with, const char *name)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ident                       id;

	assert_int_equal(ident_from_name(name, &id, &p), 0);
	return policy_check(with, &id, &p);
}

static void test_names(void **state UNUSED)
{
	struct conf_profile no_wildcards = profile, only_http = profile;

	no_wildcards.allow_wildcards = false;
	only_http.challenges.n = 1;
	assert_int_equal(check(&profile, "a.example"), 0);
	assert_int_equal(check(&profile, "*.a.example"), 0);
	assert_int_equal(check(&profile, "a.example.org"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&profile, "secret.example"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&profile, "x.secret.example"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&profile, "topsecret.example"), 0);
	assert_int_equal(check(&no_wildcards, "*.a.example"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&only_http, "*.a.example"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&only_http, "a.example"), 0);
}

static struct conf_list list_of(char **items)
{
	struct conf_list list = { items, 0 };

	while (items[list.n])
		list.n++;
	return list;
}

static void test_addresses(void **state UNUSED)
{
	struct conf_profile with = profile;

	assert_int_equal(check(&with, "192.0.2.1"), -PROB_REJECTED_IDENTIFIER); /* there are allow-suffixes */
	with.allow_suffixes.n = 0;
	assert_int_equal(check(&with, "192.0.2.1"), 0);
	assert_int_equal(check(&with, "2001:db8::1"), 0);
	with.deny_addresses = list_of((char *[]){ (char[]){ "192.0.2.0/25" }, (char[]){ "2001:db8::/33" }, NULL });
	assert_int_equal(check(&with, "192.0.2.127"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "192.0.2.128"), 0);
	assert_int_equal(check(&with, "2001:db8::1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "2001:db8:8000::1"), 0);
	with.allow_addresses = list_of((char *[]){ (char[]){ "192.0.2.0/24" }, NULL });
	assert_int_equal(check(&with, "192.0.2.128"), 0);
	assert_int_equal(check(&with, "192.0.2.1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "192.0.3.1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "2001:db8:8000::1"), -PROB_REJECTED_IDENTIFIER);
	with.allow_suffixes.n = 1;
	assert_int_equal(check(&with, "192.0.2.128"), 0);
	with.public_names = true;
	assert_int_equal(check(&with, "192.0.2.128"), -PROB_REJECTED_IDENTIFIER);
}

static void test_public_addresses(void **state UNUSED)
{
	struct conf_profile with = profile;

	with.allow_suffixes.n = 0;
	with.public_names = true;
	assert_int_equal(check(&with, "8.8.8.8"), 0);
	assert_int_equal(check(&with, "2a00:1450::1"), 0);
	assert_int_equal(check(&with, "10.0.0.1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "64:ff9b::a00:1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "fe80::1"), -PROB_REJECTED_IDENTIFIER);
}

static void test_identifier_types(void **state UNUSED)
{
	struct conf_profile with = profile;

	with.allow_suffixes.n = 0;
	with.identifier_types = (struct conf_list){ types, 1 };
	assert_int_equal(check(&with, "192.0.2.1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(check(&with, "a.example"), 0);
	with.identifier_types = (struct conf_list){ types + 1, 1 };
	assert_int_equal(check(&with, "192.0.2.1"), 0);
	assert_int_equal(check(&with, "a.example"), -PROB_REJECTED_IDENTIFIER);
	with.challenges = (struct conf_list){ both + 1, 1 }; /* dns-01 proves nothing of an address */
	assert_int_equal(check(&with, "192.0.2.1"), -PROB_REJECTED_IDENTIFIER);
}

static bool needs_caa(const struct conf_profile *with, const char *name)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ident                       id;

	assert_int_equal(ident_from_name(name, &id, &p), 0);
	return policy_needs_caa(with, &id);
}

static void test_caa(void **state UNUSED)
{
	struct conf_profile with = profile;

	assert_false(needs_caa(&with, "a.example"));
	with.caa = true;
	with.caa_skip_suffixes = list_of((char *[]){ secret, NULL });
	assert_true(needs_caa(&with, "a.example"));
	assert_true(needs_caa(&with, "*.a.example"));
	assert_true(needs_caa(&with, "topsecret.example"));
	assert_false(needs_caa(&with, "secret.example"));
	assert_false(needs_caa(&with, "*.x.secret.example"));
	assert_false(needs_caa(&with, "192.0.2.1"));
}

static const struct conf_profile usable = {
	.title = (char[]){ "web" },
	.identifier_types = { types, 2 },
	.challenges = { both, 2 },
	.perspectives = { both, 1 },
	.quorum = (char[]){ "all" },
};

/* detail: NULL when it is usable */
static void expect_conf(struct conf_profile with, char **identities, const char *detail)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct conf conf = { .profiles = &with, .n_profiles = 1, .caa_identities = list_of(identities) };
	const int         r = policy_check_conf(&conf, &p);

	if (detail ? r != -PROB_CONFIG || !strstr(p.detail, detail) : r < 0)
		fail_msg("%s; expected: %s", r < 0 ? p.detail : "accepted", detail ? detail : "accepted");
}

static void test_conf(void **state UNUSED)
{
	char               *none[] = { NULL }, *one[] = { (char[]){ "ca.example" }, NULL };
	struct conf_profile with = usable;

	expect_conf(with, none, NULL);
	with.identifier_types = list_of((char *[]){ (char[]){ "email" }, NULL });
	expect_conf(with, none, "profile web: identifier-types has email");
	with = usable;
	with.challenges = list_of((char *[]){ http01, (char[]){ "http-02" }, NULL });
	expect_conf(with, none, "profile web: challenges has http-02");
	with.challenges = list_of((char *[]){ http01, dns01, http01, NULL });
	expect_conf(with, none, "profile web: challenges has http-01 twice");
	with = usable;
	with.allow_addresses = list_of((char *[]){ (char[]){ "10.0.0.0/33" }, NULL });
	expect_conf(with, none, "profile web: allow-addresses: '10.0.0.0/33' is not a network");
	with = usable;
	with.deny_addresses = list_of((char *[]){ (char[]){ "::/0" }, (char[]){ "here" }, NULL });
	expect_conf(with, none, "profile web: deny-addresses: 'here' is not a network");
	with = usable;
	with.quorum = (char[]){ "some" };
	expect_conf(with, none, "profile web: quorum is some");
	with = usable;
	with.challenges = list_of((char *[]){ persist, NULL });
	expect_conf(with, none, "profile web: challenges has dns-persist-01, which needs 1 to 10 caa-identities");
	expect_conf(with, one, NULL);
}

static void test_caa_identities(void **state UNUSED)
{
	char *const         bad[] = { (char[]){ "CA.example" }, (char[]){ "*.example.org" }, (char[]){ "ca.example." },
		                      (char[]){ "192.0.2.1" }, (char[]){ "" } };
	struct conf_profile with = usable;
	char               *many[12] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect_conf(with, (char *[]){ bad[i], NULL }, "caa-identities has");
	for (size_t i = 0; i < 10; i++)
		many[i] = secret;
	with.challenges = list_of((char *[]){ persist, NULL });
	expect_conf(with, many, NULL);
	many[10] = secret;
	expect_conf(with, many, "there are 11");
}

static bool covers(const struct conf_profile *with, const char *name)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ident                       id;

	assert_int_equal(ident_from_name(name, &id, &p), 0);
	return policy_covers_subdomains(with, &id);
}

static void test_subdomains(void **state UNUSED)
{
	struct conf_profile with = profile, only_http, anything;

	assert_false(policy_offers_subdomains(&with));
	with.subdomain_authorizations = true;
	assert_true(policy_offers_subdomains(&with));
	assert_true(covers(&with, "a.example"));
	assert_false(covers(&with, "*.a.example"));
	assert_false(covers(&with, "a.example.org"));
	assert_false(covers(&with, "secret.example"));
	only_http = with;
	only_http.challenges.n = 1;
	assert_false(policy_offers_subdomains(&only_http));
	assert_false(covers(&only_http, "a.example"));
	anything = with;
	anything.allow_suffixes.n = 0;
	assert_false(covers(&anything, "co.uk"));
	assert_true(covers(&anything, "a.co.uk"));
	denied[0] = below;
	assert_false(covers(&anything, "a.co.uk"));
	assert_true(covers(&anything, "b.a.co.uk"));
	denied[0] = secret;
}

static void test_periods(void **state UNUSED)
{
	static const int64_t now = 1000 * CLK_DAY;
	static const struct {
		int64_t not_before, not_after;
		int     result;
	} cases[] = {
		{ 0, 0, 0 },
		{ now, now + CLK_DAY, 0 },
		{ now, now + 90 * CLK_DAY, 0 },
		{ now, now + 90 * CLK_DAY + CLK_SECOND, -PROB_MALFORMED },
		{ 0, now, -PROB_MALFORMED },
		{ now + CLK_DAY, now + CLK_DAY, -PROB_MALFORMED },
		{ now - CLK_HOUR, 0, 0 },
		{ now - 2 * CLK_HOUR, 0, -PROB_MALFORMED },
		{ now + 91 * CLK_DAY, 0, -PROB_MALFORMED },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		assert_int_equal(policy_check_period(&profile, now, cases[i].not_before, cases[i].not_after, &p),
		                 cases[i].result);
	}
}

static void test_contacts(void **state UNUSED)
{
	static const struct {
		const char    *array;
		enum prob_code code;
	} cases[] = {
		{ "[]", PROB_NONE },
		{ "[\"mailto:a@b.example\",\"MAILTO:c+d@e.example\"]", PROB_NONE },
		{ "[\"tel:1\"]", PROB_UNSUPPORTED_CONTACT },
		{ "[\"mailto:\"]", PROB_INVALID_CONTACT },
		{ "[\"mailto:a@b.example?subject=x\"]", PROB_INVALID_CONTACT },
		{ "[\"mailto:a@b.example,c@b.example\"]", PROB_INVALID_CONTACT },
		{ "[\"mailto:a@*.b.example\"]", PROB_INVALID_CONTACT },
		{ "[\"mailto:.a@b.example\"]", PROB_INVALID_CONTACT },
		{ "[1]", PROB_MALFORMED },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(json) struct json_object    *array = json_tokener_parse(cases[i].array);

		assert_int_equal(contact_check(array, &p), -(int)cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_public_addresses),
		cmocka_unit_test(test_identifier_types),
		cmocka_unit_test(test_caa),
		cmocka_unit_test(test_conf),
		cmocka_unit_test(test_caa_identities),
		cmocka_unit_test(test_subdomains),

		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_contacts),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}

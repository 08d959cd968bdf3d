/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <json-c/json.h>

#include "acme/policy.h"
#include "base/clk.h"
#include "json/js.h"
#include "responder/contact.h"

static char http01[] = "http-01", dns01[] = "dns-01", example[] = "example", secret[] = "secret.example",
	    below[] = "x.a.co.uk";
static char *both[] = { http01, dns01 }, *allowed[] = { example }, *denied[] = { secret };

static const struct conf_profile profile = {
	.validity = 90 * CLK_DAY,
	.backdate = CLK_HOUR,
	.allow_wildcards = true,
	.challenges = { both, 2 },
	.allow_suffixes = { allowed, 1 },
	.deny_suffixes = { denied, 1 },
};

static int check(const struct conf_profile *with, const char *name)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ident                       id;

	assert_int_equal(ident_from_text("dns", name, &id, &p), 0);
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

static bool covers(const struct conf_profile *with, const char *name)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ident                       id;

	assert_int_equal(ident_from_text("dns", name, &id, &p), 0);
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

static void test_challenges(void **state UNUSED)
{
	assert_true(policy_offers("http-01", false));
	assert_false(policy_offers("http-01", true));
	assert_false(policy_offers("tls-alpn-01", true));
	assert_true(policy_offers("dns-01", true));
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
		cmocka_unit_test(test_names),   cmocka_unit_test(test_subdomains), cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_periods), cmocka_unit_test(test_contacts),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}

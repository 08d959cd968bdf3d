/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/clk.h"
#include "signer/evidence.h"

static char *perspectives[] = { (char[]){ "default" }, (char[]){ "far" } }, *skipped[] = { (char[]){ "test" } };

static char *challenges[] = { (char[]){ "http-01" }, (char[]){ "dns-01" }, (char[]){ "dns-persist-01" } };

static const struct conf_profile profile = {
	.title = (char[]){ "web" },
	.perspectives = { perspectives, 2 },
	.quorum = (char[]){ "all" },
	.challenges = { challenges, 3 },
	.authorization_lifetime = CLK_HOUR,
	.subdomain_authorizations = true,
	.caa = true,
	.caa_skip_suffixes = { skipped, 1 },
};

#define BOTH                          "'agreed':[{'perspective':'default','region':''},{'perspective':'far','region':'x'}]"
#define ONE                           "'agreed':[{'perspective':'default','region':''}]"
#define GAINED(type, age, subdomains) "'type':'" type "','age':" age ",'subdomains':" subdomains ","
#define HTTP                          GAINED("http-01", "0", "false")

static const struct {
	const char    *names[3], *evidence;
	enum prob_code code;
	const char    *detail;
} rows[] = {
	/* enough */
	{ { "a.test" }, "{'authorizations':[{'name':'a.test'," HTTP BOTH "}],'caa':null}", PROB_NONE, NULL },
	{ { "192.0.2.1" }, "{'authorizations':[{'name':'192.0.2.1'," HTTP BOTH "}],'caa':null}", PROB_NONE, NULL },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," HTTP BOTH "}],'caa':{'names':['a.example'],'age':28800," BOTH "}}",
	  PROB_NONE,
	  NULL },
	{ { "*.a.example", "b.a.example", "c.test" },
	  "{'authorizations':[{'name':'a.example'," GAINED("dns-01", "5", "true") BOTH
	  "},{'name':'c.test'," HTTP BOTH "}],"
	  "'caa':{'names':['b.a.example','*.a.example'],'age':0," BOTH "}}",
	  PROB_NONE,
	  NULL },
	/* authorizations */
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," HTTP ONE "}]}",
	  PROB_UNAUTHORIZED,
	  "authorization of a.test is not what its profile demands: 0 of 1" },
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," HTTP "'agreed':null}]}",
	  PROB_UNAUTHORIZED,
	  "primary perspective default" },
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," HTTP BOTH "},{'name':'b.test'," HTTP ONE "}]}",
	  PROB_UNAUTHORIZED,
	  "of b.test" },
	{ { "a.test" }, "{'authorizations':[]}", PROB_UNAUTHORIZED, "a.test has no authorization" },
	{ { "a.test" },
	  "{'authorizations':[{'name':'b.a.test'," HTTP BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "no authorization" },
	{ { "192.0.2.1" },
	  "{'authorizations':[{'name':'2.1'," HTTP BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "numeric last label" },
	/* how, when and for what they were gained */
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," GAINED("http-01", "3600", "false") BOTH "}]}",
	  PROB_NONE,
	  NULL },
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," GAINED("http-01", "3601", "false") BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "authorization of a.test is not what its profile demands: it was gained 3601 seconds ago, at most 3600" },
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," GAINED("tls-alpn-01", "0", "false") BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "gained by tls-alpn-01, expected a challenge of the profile" },
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," GAINED("none-01", "0", "false") BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "gained by none-01" },
	{ { "*.a.test" },
	  "{'authorizations':[{'name':'*.a.test'," HTTP BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "http-01, which cannot prove it" },
	{ { "b.a.test" },
	  "{'authorizations':[{'name':'a.test'," GAINED("http-01", "0", "true") BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "http-01, which cannot prove it" },
	{ { "b.a.test" },
	  "{'authorizations':[{'name':'a.test'," GAINED("dns-01", "0", "false") BOTH "}]}",
	  PROB_UNAUTHORIZED,
	  "b.a.test has no authorization" },
	/* CAA */
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," HTTP BOTH "}],'caa':null}",
	  PROB_CAA,
	  "a.example were not" },
	{ { "a.example", "*.a.example" },
	  "{'authorizations':[{'name':'a.example'," GAINED("dns-01", "0", "true") BOTH
	  "}],'caa':{'names':['a.example'],'age':0," BOTH "}}",
	  PROB_CAA,
	  "for *.a.example were not checked" },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," HTTP BOTH "}],'caa':{'names':['a.example'],'age':28801," BOTH "}}",
	  PROB_CAA,
	  "28801 seconds ago" },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," HTTP BOTH "}],'caa':{'names':['a.example'],'age':0," ONE "}}",
	  PROB_CAA,
	  "as the profile demands: 0 of 1" },
	/* what the database does not send */
	{ { "a.test" }, "", PROB_INTERNAL, "objects" },
	{ { "a.test" }, "[]", PROB_INTERNAL, "objects" },
	{ { "a.test" }, "{}", PROB_INTERNAL, "authorizations" },
	{ { "a.test" }, "{'authorizations':['a.test']}", PROB_INTERNAL, "objects" },
	{ { "a.test" }, "{'authorizations':[{" HTTP BOTH "}]}", PROB_INTERNAL, "name" },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," HTTP BOTH "}],'caa':{'names':['a.example']," BOTH "}}",
	  PROB_INTERNAL,
	  "age" },
	{ { "a.test" }, "{'authorizations':[{'name':'a.test'," BOTH "}]}", PROB_INTERNAL, "type" },
};

static size_t read_names(const char *const *texts, size_t max, struct ident *ret)
{
	size_t n = 0;

	for (; n < max && texts[n]; n++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		assert_int_equal(ident_from_name(texts[n], &ret[n], &p), 0);
	}
	return n;
}

static void test_rows(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct ident                       names[3];
		const size_t                       n = read_names(rows[i].names, ARRAY_LEN(names), names);
		const int r = evidence_check(rows[i].evidence, &profile, names, n, clk_now(), &p);

		if (r != -(int)rows[i].code || (rows[i].detail && !strstr(p.detail, rows[i].detail)))
			fail_msg("row %zu: %s: %s", i, r < 0 ? problem_name(p.code) : "accepted", p.detail);
	}
}

static int check_with(const struct conf_profile *with, const char *evidence, struct problem *p)
{
	struct ident id;

	assert_int_equal(ident_from_name("a.test", &id, p), 0);
	return evidence_check(evidence, with, &id, 1, clk_now(), p);
}

static void test_reuse(void **state UNUSED)
{
	static const struct {
		bool           subdomains;
		const char    *evidence;
		enum prob_code code;
	} cases[] = {
		{ true, "{'authorizations':[{'name':'a.test'," GAINED("dns-persist-01", "864000", "false") BOTH "}]}",
		  PROB_NONE },
		{ true, "{'authorizations':[{'name':'a.test'," GAINED("dns-persist-01", "864001", "false") BOTH "}]}",
		  PROB_UNAUTHORIZED },
		{ true, "{'authorizations':[{'name':'a.test'," GAINED("dns-01", "864001", "false") BOTH "}]}",
		  PROB_NONE },
		{ true, "{'authorizations':[{'name':'a.test'," GAINED("dns-01", "0", "true") BOTH "}]}", PROB_NONE },
		{ false, "{'authorizations':[{'name':'a.test'," GAINED("dns-01", "0", "true") BOTH "}]}",
		  PROB_UNAUTHORIZED },
	};
	struct conf_profile lasting = profile;

	lasting.authorization_lifetime = 30 * CLK_DAY;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		lasting.subdomain_authorizations = cases[i].subdomains;
		if (check_with(&lasting, cases[i].evidence, &p) != -(int)cases[i].code)
			fail_msg("case %zu: %s", i, p.detail);
	}
}

static void test_without_caa(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct conf_profile                without = profile;
	struct ident                       id;

	without.caa = false;
	assert_int_equal(ident_from_name("a.example", &id, &p), 0);
	assert_int_equal(evidence_check("{'authorizations':[{'name':'a.example'," HTTP BOTH "}]}", &without, &id, 1,
	                                clk_now(), &p),
	                 0);
}

static void test_bad_profile(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct conf_profile                bad = profile;
	struct ident                       id;

	bad.quorum = (char[]){ "2" };
	assert_int_equal(ident_from_name("a.test", &id, &p), 0);
	assert_int_equal(evidence_check("{'authorizations':[]}", &bad, &id, 1, clk_now(), &p), -PROB_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_without_caa),
		cmocka_unit_test(test_bad_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

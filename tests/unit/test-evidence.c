/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/clk.h"
#include "signer/evidence.h"

static char *perspectives[] = { (char[]){ "default" }, (char[]){ "far" } }, *skipped[] = { (char[]){ "test" } };

static const struct conf_profile profile = {
	.title = (char[]){ "web" },
	.perspectives = { perspectives, 2 },
	.quorum = (char[]){ "all" },
	.caa = true,
	.caa_skip_suffixes = { skipped, 1 },
};

#define BOTH "'agreed':[{'perspective':'default','region':''},{'perspective':'far','region':'x'}]"
#define ONE  "'agreed':[{'perspective':'default','region':''}]"

static const struct {
	const char    *names[3], *evidence;
	enum prob_code code;
	const char    *detail;
} rows[] = {
	/* enough */
	{ { "a.test" }, "{'authorizations':[{'name':'a.test'," BOTH "}],'caa':null}", PROB_NONE, NULL },
	{ { "192.0.2.1" }, "{'authorizations':[{'name':'192.0.2.1'," BOTH "}],'caa':null}", PROB_NONE, NULL },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," BOTH "}],'caa':{'names':['a.example'],'age':28800," BOTH "}}",
	  PROB_NONE,
	  NULL },
	{ { "*.a.example", "b.a.example", "c.test" },
	  "{'authorizations':[{'name':'a.example'," BOTH "},{'name':'c.test'," BOTH "}],"
	  "'caa':{'names':['b.a.example','*.a.example'],'age':0," BOTH "}}",
	  PROB_NONE,
	  NULL },
	/* authorizations */
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," ONE "}]}",
	  PROB_UNAUTHORIZED,
	  "authorization of a.test is not what its profile demands: 0 of 1" },
	{ { "a.test" }, "{'authorizations':[{'name':'a.test'}]}", PROB_UNAUTHORIZED, "primary perspective default" },
	{ { "a.test" },
	  "{'authorizations':[{'name':'a.test'," BOTH "},{'name':'b.test'," ONE "}]}",
	  PROB_UNAUTHORIZED,
	  "of b.test" },
	{ { "a.test" }, "{'authorizations':[]}", PROB_UNAUTHORIZED, "a.test has no authorization" },
	{ { "a.test" }, "{'authorizations':[{'name':'b.a.test'," BOTH "}]}", PROB_UNAUTHORIZED, "no authorization" },
	{ { "192.0.2.1" }, "{'authorizations':[{'name':'2.1'," BOTH "}]}", PROB_UNAUTHORIZED, "no authorization" },
	/* CAA */
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," BOTH "}],'caa':null}",
	  PROB_CAA,
	  "a.example were not" },
	{ { "a.example", "*.a.example" },
	  "{'authorizations':[{'name':'a.example'," BOTH "}],'caa':{'names':['a.example'],'age':0," BOTH "}}",
	  PROB_CAA,
	  "for *.a.example were not checked" },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," BOTH "}],'caa':{'names':['a.example'],'age':28801," BOTH "}}",
	  PROB_CAA,
	  "28801 seconds ago" },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," BOTH "}],'caa':{'names':['a.example'],'age':0," ONE "}}",
	  PROB_CAA,
	  "as the profile demands: 0 of 1" },
	/* what the database does not send */
	{ { "a.test" }, "", PROB_INTERNAL, "objects" },
	{ { "a.test" }, "[]", PROB_INTERNAL, "objects" },
	{ { "a.test" }, "{}", PROB_INTERNAL, "authorizations" },
	{ { "a.test" }, "{'authorizations':['a.test']}", PROB_INTERNAL, "objects" },
	{ { "a.test" }, "{'authorizations':[{" BOTH "}]}", PROB_INTERNAL, "name" },
	{ { "a.example" },
	  "{'authorizations':[{'name':'a.example'," BOTH "}],'caa':{'names':['a.example']," BOTH "}}",
	  PROB_INTERNAL,
	  "age" },
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

static void test_without_caa(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct conf_profile                without = profile;
	struct ident                       id;

	without.caa = false;
	assert_int_equal(ident_from_name("a.example", &id, &p), 0);
	assert_int_equal(
		evidence_check("{'authorizations':[{'name':'a.example'," BOTH "}]}", &without, &id, 1, clk_now(), &p),
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
		cmocka_unit_test(test_without_caa),
		cmocka_unit_test(test_bad_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

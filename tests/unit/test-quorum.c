/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "acme/quorum.h"
#include "base/clk.h"
#include "base/mem.h"
#include "json/js.h"

static char *names[] = { (char[]){ "p" }, (char[]){ "a" }, (char[]){ "b" }, (char[]){ "c" },
	                 (char[]){ "d" }, (char[]){ "e" }, (char[]){ "f" }, (char[]){ "g" } };

static int64_t day(const char *date)
{
	auto_free char *text = xasprintf("%sT00:00:00Z", date);
	int64_t         t;

	assert_true(clk_from_rfc3339(text, strlen(text), &t));
	return t;
}

static int read_quorum(size_t n, const char *quorum, int64_t regions, int64_t now, struct quorum *ret,
                       struct problem *p)
{
	/* What a quorum borrows from its profile are the names. */
	static struct conf_profile profile;
	auto_free char            *text = xstrdup(quorum);

	profile = (struct conf_profile){
		.title = (char[]){ "web" },
		.perspectives = { names, n },
		.quorum = text,
		.regions = regions,
	};
	return quorum_from_profile(&profile, now, ret, p);
}

static const struct {
	size_t      n;
	const char *quorum;
	int64_t     regions;
	const char *date;
	size_t      n_remote, n_regions;
} accepted[] = {
	{ 1, "all", 0, "2026-12-24", 0, 0 },    { 1, "0", 0, "2026-12-24", 0, 0 },
	{ 3, "all", 0, "2026-12-24", 2, 0 },    { 3, "all", 2, "2026-12-24", 2, 2 },
	{ 4, "2", 1, "2026-12-24", 2, 1 },      { 4, "3", 3, "2026-12-24", 3, 3 },
	{ 4, "public", 0, "2026-06-14", 2, 2 }, { 5, "public", 0, "2026-06-15", 3, 2 },
	{ 5, "public", 3, "2026-12-14", 3, 3 }, { 6, "public", 1, "2026-12-15", 4, 2 },
	{ 7, "public", 0, "2026-12-15", 4, 2 }, { 8, "public", 0, "2026-12-15", 5, 2 },
};

static void test_accepted(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct quorum                      q;

		if (read_quorum(accepted[i].n, accepted[i].quorum, accepted[i].regions, day(accepted[i].date), &q, &p) <
		    0)
			fail_msg("row %zu: %s", i, p.detail);
		assert_int_equal(q.perspectives->n, accepted[i].n);
		assert_int_equal(q.n_remote, accepted[i].n_remote);
		assert_int_equal(q.n_regions, accepted[i].n_regions);
	}
}

static const struct {
	size_t      n;
	const char *quorum;
	int64_t     regions;
	const char *date, *detail;
} refused[] = {
	{ 0, "all", 0, "2026-12-24", "perspectives is empty" },
	{ 1, "most", 0, "2026-12-24", "quorum is most, expected all" },
	{ 1, "", 0, "2026-12-24", "expected all" },
	{ 2, "-1", 0, "2026-12-24", "expected all" },
	{ 2, "1x", 0, "2026-12-24", "expected all" },
	{ 1, "1", 0, "2026-12-24", "number of remote perspectives, 0" },
	{ 3, "3", 0, "2026-12-24", "number of remote perspectives, 2" },
	{ 3, "18446744073709551617", 0, "2026-12-24", "number of remote perspectives, 2" },
	{ 1, "all", 1, "2026-12-24", "regions is 1" },
	{ 3, "1", 2, "2026-12-24", "regions is 2" },
	{ 3, "public", 0, "2026-06-14", "at least 3" },
	{ 4, "public", 0, "2026-06-15", "at least 4" },
	{ 5, "public", 0, "2026-12-15", "at least 5" },
	{ 6, "public", 5, "2026-12-15", "regions is 5" },
};

static void test_refused(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct quorum                      q;

		assert_int_equal(
			read_quorum(refused[i].n, refused[i].quorum, refused[i].regions, day(refused[i].date), &q, &p),
			-PROB_CONFIG);
		if (!strstr(p.detail, refused[i].detail) || !strstr(p.detail, "profile web: "))
			fail_msg("row %zu: %s", i, p.detail);
	}
}

static void expect_names_refused(char *a, char *b, const char *detail)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct conf_profile          profile = {
			 .title = (char[]){ "web" },
			 .perspectives = { (char *[]){ a, b }, 2 },
			 .quorum = (char[]){ "all" },
	};
	struct quorum q;

	assert_int_equal(quorum_from_profile(&profile, 0, &q, &p), -PROB_CONFIG);
	if (!strstr(p.detail, detail))
		fail_msg("%s", p.detail);
}

static void test_names(void **state UNUSED)
{
	expect_names_refused((char[]){ "a" }, (char[]){ "a" }, "a twice");
	expect_names_refused((char[]){ "" }, (char[]){ "a" }, "0 bytes");
	expect_names_refused((char[]){ "a" }, (char[]){ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx" }, "41 bytes");
}

static void test_json(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(json) struct json_object    *object = NULL;
	struct quorum                      q;
	size_t                             len;

	assert_int_equal(read_quorum(3, "1", 1, day("2026-12-24"), &q, &p), 0);
	object = quorum_to_json(&q);
	assert_string_equal(js_text(object, &len), "{\"perspectives\":[\"p\",\"a\",\"b\"],\"remote\":1,\"regions\":1}");
}

/* agreed: elements of the array; "p" is the primary perspective. */
static const struct {
	const char *agreed, *detail; /* NULL: enough */
} checked[] = {
	{ "{'perspective':'p'},{'perspective':'a','region':'x'},{'perspective':'b','region':'y'}", NULL },
	{ "{'perspective':'c','region':'y'},{'perspective':'b','region':'x'},{'perspective':'p','region':'x'}", NULL },
	{ "{'perspective':'a','region':'x'},{'perspective':'b','region':'y'}", "primary perspective p" },
	{ "", "primary perspective p" },
	{ "'p','a','b'", "primary perspective p" },
	{ "{'perspective':'p','region':'x'},{'perspective':'a','region':'x'}", "1 of 3 remote" },
	{ "{'perspective':'p','region':'x'},{'perspective':'a','region':'x'},{'perspective':'a','region':'y'}",
	  "1 of 3 remote" },
	{ "{'perspective':'p'},{'perspective':'a','region':'x'},{'perspective':'stranger','region':'y'}",
	  "1 of 3 remote" },
	{ "{'perspective':'p'},{'perspective':'a','region':'x'},{'perspective':'b','region':' X '}",
	  "1 different regions" },
	{ "{'perspective':'p'},{'perspective':'a','region':'x'},{'perspective':'b','region':'  '}",
	  "1 different regions" },
	{ "{'perspective':'p'},{'perspective':'a','region':'x'},{'perspective':'b','region':'x y'}", NULL },
	{ "{'perspective':'p','region':'y'},{'perspective':'a','region':'x'},{'perspective':'b','region':'x'}",
	  "1 different regions" },
	{ "{'perspective':'p'},{'perspective':'a','region':null},{'perspective':'b','region':'x'}",
	  "1 different regions" },
	{ "{'perspective':'p'},{'perspective':'a','region':''},{'perspective':'b'}", "0 different regions" },
};

static void test_check(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(checked); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_free char                    *text = xasprintf("[%s]", checked[i].agreed);
		auto_(json) struct json_object    *agreed = json_tokener_parse(text);
		struct quorum                      q;

		assert_non_null(agreed);
		assert_int_equal(read_quorum(4, "2", 2, day("2026-12-24"), &q, &p), 0);
		if (quorum_check(&q, agreed, &p) == 0 ? checked[i].detail != NULL
		                                      : !checked[i].detail || !strstr(p.detail, checked[i].detail))
			fail_msg("row %zu: %s", i, p.detail);
		assert_true(p.code == PROB_NONE || p.code == PROB_UNAUTHORIZED);
	}
}

static void test_check_nothing(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct quorum                      q;

	assert_int_equal(read_quorum(1, "all", 0, day("2026-12-24"), &q, &p), 0);
	assert_int_equal(quorum_check(&q, NULL, &p), -PROB_UNAUTHORIZED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused), cmocka_unit_test(test_names),
		cmocka_unit_test(test_json),     cmocka_unit_test(test_check),   cmocka_unit_test(test_check_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

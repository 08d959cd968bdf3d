/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/clk.h"

static const struct {
	const char *text;
	int64_t     us;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-21T20:49:17Z", INT64_C(1795294157000000) },
	{ "2000-02-29T23:59:59Z", INT64_C(951868799000000) },
	{ "9999-12-31T23:59:59Z", INT64_C(253402300799000000) },
};

static void test_both_ways(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		char    text[CLK_RFC3339_LEN + 1];
		int64_t t;

		assert_true(clk_from_rfc3339(times[i].text, strlen(times[i].text), &t));
		assert_int_equal(t, times[i].us);
		clk_to_rfc3339(t + 999999, text);
		assert_string_equal(text, times[i].text);
	}
}

static void test_other_forms(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t     us;
	} cases[] = {
		{ "2026-11-21T21:49:17+01:00", INT64_C(1795294157000000) },
		{ "2026-11-21T15:19:17-05:30", INT64_C(1795294157000000) },
		{ "2026-11-21T20:49:17-00:00", INT64_C(1795294157000000) },
		{ "2026-11-21T20:49:17.5Z", INT64_C(1795294157500000) },
		{ "2026-11-21T20:49:17.000001Z", INT64_C(1795294157000001) },
		{ "2026-11-21T20:49:17.1234569999+00:00", INT64_C(1795294157123456) },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t t;

		assert_true(clk_from_rfc3339(cases[i].text, strlen(cases[i].text), &t));
		assert_int_equal(t, cases[i].us);
	}
}

static void test_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"",
		"2026",
		"2026-11-21",
		"2026-11-21T20:49:17",
		"2026-11-21 20:49:17Z",
		"2026-11-21t20:49:17z",
		"2026-11-21T20:49:17.Z",
		"2026-11-21T20:49:17Z ",
		" 2026-11-21T20:49:17Z",
		"2026-11-21T20:49Z",
		"2026-13-21T20:49:17Z",
		"2026-00-21T20:49:17Z",
		"2026-11-31T20:49:17Z",
		"2026-02-29T20:49:17Z",
		"2026-11-00T20:49:17Z",
		"2026-11-21T24:00:00Z",
		"2026-11-21T20:60:17Z",
		"2026-11-21T20:49:60Z",
		"2026-11-21T20:49:17+24:00",
		"2026-11-21T20:49:17+01:60",
		"2026-11-21T20:49:17+0100",
		"2026-11-21T20:49:17+1",
		"1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"10000-01-01T00:00:00Z",
		"+026-11-21T20:49:17Z",
		"2026-1-21T20:49:17Z",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		int64_t t = 5;

		assert_false(clk_from_rfc3339(texts[i], strlen(texts[i]), &t));
		assert_int_equal(t, 5);
	}
}

static void test_durations(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t     us; /* -1: none */
	} cases[] = {
		{ "0s", 0 },
		{ "250ms", 250000 },
		{ "90s", 90 * CLK_SECOND },
		{ "5min", 5 * CLK_MINUTE },
		{ "6h", 6 * CLK_HOUR },
		{ "999999d", 999999 * CLK_DAY },
		{ "", -1 },
		{ "5", -1 },
		{ "d", -1 },
		{ "-1d", -1 },
		{ "1.5h", -1 },
		{ "5 d", -1 },
		{ "5D", -1 },
		{ "5days", -1 },
		{ "1000000d", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t us = -1;

		assert_int_equal(clk_from_duration(cases[i].text, &us), cases[i].us >= 0);
		assert_int_equal(us, cases[i].us);
	}
}

static void test_clocks(void **state UNUSED)
{
	const int64_t wall = clk_now(), mono = clk_mono();

	assert_true(wall > INT64_C(1700000000) * CLK_SECOND);
	assert_true(clk_mono() >= mono);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways), cmocka_unit_test(test_other_forms), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_durations), cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

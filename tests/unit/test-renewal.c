/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "acme/renewal.h"
#include "base/clk.h"

#define BIRTH (INT64_C(1800000000) * CLK_SECOND)

/* clang-format off */
static const struct {
	const char *what;
	int64_t     lifetime, start, end; /* after birth */
} cases[] = {
	{ "three months", 90 * CLK_DAY,    60 * CLK_DAY,    60 * CLK_DAY + 90 * CLK_HOUR },
	{ "a week",       168 * CLK_HOUR,  112 * CLK_HOUR,  119 * CLK_HOUR },
	{ "a day",        CLK_DAY,         16 * CLK_HOUR,   17 * CLK_HOUR },
	{ "six hours",    6 * CLK_HOUR,    4 * CLK_HOUR,    5 * CLK_HOUR },
	{ "ten minutes",  600 * CLK_SECOND, 400 * CLK_SECOND, 600 * CLK_SECOND },
};
/* clang-format on */

static void test_windows(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct renewal r = renewal_window(false, BIRTH, BIRTH + cases[i].lifetime, BIRTH);

		print_message("# %s\n", cases[i].what);
		assert_int_equal(r.start - BIRTH, cases[i].start);
		assert_int_equal(r.end - BIRTH, cases[i].end);
	}
}

static void test_expired(void **state UNUSED)
{
	struct renewal r = renewal_window(false, BIRTH, BIRTH + CLK_DAY, BIRTH + 9 * CLK_DAY);

	assert_int_equal(r.end - BIRTH, 17 * CLK_HOUR);
}

/* Even if it was revoked as soon as it was born. */
static void test_revoked(void **state UNUSED)
{
	struct renewal r = renewal_window(true, BIRTH, BIRTH + CLK_DAY, BIRTH);

	assert_true(r.start < r.end && r.end < BIRTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_revoked),
	};

	return cmocka_run_group_tests_name("renewal", tests, NULL, NULL);
}

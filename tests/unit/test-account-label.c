/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "validator/account-label.h"

/* The draft's own example. */
static void test_vector(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	char                               label[ACCOUNT_LABEL_LEN + 1];

	assert_int_equal(account_label("https://example.com/acme/acct/ExampleAccount", label, &p), 0);
	assert_string_equal(label, "_ujmmovf2vn55tgye");
}

static void test_urls_are_not_normalised(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	char                               a[ACCOUNT_LABEL_LEN + 1], b[ACCOUNT_LABEL_LEN + 1];

	assert_int_equal(account_label("https://example.com/a", a, &p), 0);
	assert_int_equal(account_label("https://EXAMPLE.com/a", b, &p), 0);
	assert_string_not_equal(a, b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_urls_are_not_normalised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

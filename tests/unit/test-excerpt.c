/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "validator/excerpt.h"

static void expect(const char *text, size_t len, const char *secret, const char *expected)
{
	char out[24];

	memset(out, 'x', sizeof(out));
	excerpt(out, sizeof(out), text, len, secret);
	assert_string_equal(out, expected);
}

static void test_only_printable_ascii(void **state UNUSED)
{
	expect("", 0, NULL, "");
	expect("plain text", 10, NULL, "plain text");
	expect("a\"b\r\n\0c\x7f\xc3\xa4", 10, NULL, "a'b???c???");
}

static void test_cut(void **state UNUSED)
{
	expect("12345678901234567890", 20, NULL, "12345678901234567890");
	expect("123456789012345678901", 21, NULL, "12345678901234567890...");
}

static void test_secret(void **state UNUSED)
{
	expect("/SECRETSECRET.x", 15, "SECRET", "/{token}{token}.x");
	expect("SECRE", 5, "SECRET", "SECRE");
	/* No room for the mark: nothing of the secret is shown. */
	expect("12345678901234SECRET", 20, "SECRET", "12345678901234...");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_printable_ascii),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

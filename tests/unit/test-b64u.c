/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/b64u.h"

/* RFC 4648 10, and the alphabet's two letters of its own */
static const struct {
	const char *bytes, *text;
} pairs[] = {
	{ "", "" },           { "f", "Zg" },          { "fo", "Zm8" },          { "foo", "Zm9v" },
	{ "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xef\xff", "--__" },
};

static void test_pairs(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		auto_free char *text = b64u_encode_new(pairs[i].bytes, strlen(pairs[i].bytes));
		char            out[8] = "";
		size_t          len = 99;

		assert_string_equal(text, pairs[i].text);
		assert_int_equal(strlen(text), B64U_LEN(strlen(pairs[i].bytes)));
		assert_true(b64u_decode(text, strlen(text), out, sizeof(out), &len));
		assert_int_equal(len, strlen(pairs[i].bytes));
		assert_memory_equal(out, pairs[i].bytes, len);
	}
}

static void test_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"Z",     /* 6 bits */
		"Zm9vY", /* 30 bits */
		"Zh",    /* unused bits set */
		"Zm9",   /* unused bits set */
		"Zg==",  /* padding */
		"Zm+v",  "Zm/v", "Zm v", "Zm9v\n", "Zm\x80v",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char   out[8];
		size_t len = 99;

		assert_false(b64u_decode(texts[i], strlen(texts[i]), out, sizeof(out), &len));
		assert_int_equal(len, 99);
	}
}

static void test_nul_is_no_character(void **state UNUSED)
{
	char   out[8];
	size_t len;

	assert_false(b64u_decode("Zm9\0", 4, out, sizeof(out), &len));
}

static void test_size_is_a_limit(void **state UNUSED)
{
	char   out[3] = "";
	size_t len;

	assert_true(b64u_decode("Zm9v", 4, out, 3, &len));
	assert_false(b64u_decode("Zm9v", 4, out, 2, &len));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul_is_no_character),
		cmocka_unit_test(test_size_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

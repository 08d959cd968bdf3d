/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void test_adds(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(100);
	auto_free char            *text = NULL;

	assert_string_equal(buf_str(&b), "");
	buf_add(&b, "abc", 2);
	buf_adds(&b, "-");
	buf_addc(&b, 'x');
	buf_addf(&b, "%d%s", 42, "!");
	assert_false(b.failed);
	assert_int_equal(b.len, 7);
	assert_string_equal(buf_str(&b), "ab-x42!");
	text = buf_steal(&b);
	assert_string_equal(text, "ab-x42!");
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
}

static void test_maximum(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(4);

	buf_adds(&b, "abcd");
	assert_false(b.failed);
	buf_adds(&b, "");
	assert_false(b.failed);
	buf_addc(&b, 'e');
	assert_true(b.failed);
	assert_string_equal(buf_str(&b), "abcd");
}

static void test_failure_is_sticky(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(4);

	buf_addf(&b, "%s", "12345");
	assert_true(b.failed);
	buf_adds(&b, "a");
	buf_addf(&b, "b");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
	assert_false(b.failed);
	buf_adds(&b, "1234");
	assert_string_equal(buf_str(&b), "1234");
}

static void test_growth(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(100000);

	for (int i = 0; i < 100000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_false(b.failed);
	assert_int_equal(strlen(buf_str(&b)), 100000);
	assert_int_equal(b.cap, b.max + 1);
	buf_addc(&b, 'x');
	assert_true(b.failed);
}

static void test_steal_of_nothing(void **state UNUSED)
{
	struct buf      b = BUF_INIT(4);
	auto_free char *text = buf_steal(&b);

	assert_string_equal(text, "");
}

static void test_mem(void **state UNUSED)
{
	auto_free char *zeroed = xcalloc(3, 2), *copy = xmemdup("ab", 3), *empty = xmemdup(NULL, 0);
	auto_free char *text = xasprintf("%s-%d", "a", 1), *grown = xrealloc(NULL, 4, 2);

	assert_memory_equal(zeroed, "\0\0\0\0\0", 6);
	assert_string_equal(copy, "ab");
	assert_string_equal(text, "a-1");
	assert_non_null(empty);
	assert_non_null(grown);
	assert_ptr_equal(oom_check(text), text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adds),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_failure_is_sticky),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_steal_of_nothing),
		cmocka_unit_test(test_mem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

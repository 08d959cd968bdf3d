/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/clk.h"
#include "json/js.h"

static const struct js_limits limits = { .max_bytes = 100000, .max_depth = 3, .max_members = 4 };

static void test_accepted(void **state UNUSED)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		" \t\r\n{ } ",
		"0",
		"-0",
		"1.5",
		"-12e+3",
		"1E-9",
		"\"\"",
		"true",
		"false",
		"null",
		"9223372036854775807",
		"-9223372036854775808",
		"[1,2,3,4]",
		"[[[]]]",
		"{\"a\":{\"b\":[1]}}",
		"{\"a\":1,\"A\":2,\"\":3}",
		"{\"a\":{\"a\":1},\"b\":{\"a\":2}}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
		"\"\\ud83d\\ude00\"",
		"\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \x7f\"",
		"\"\xed\x9f\xbf\xee\x80\x80\"",
		"{\"a\":1,\"aa\":2,\"aaa\":3}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		if (js_scan(texts[i], strlen(texts[i]), &limits, &p) < 0)
			fail_msg("%s: %s", texts[i], p.detail);
	}
}

/* Each with the place that the message must tell. */
static void test_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *detail;
	} cases[] = {
		{ "", "JSON ends at byte 0, expected a value" },
		{ " ", "JSON ends at byte 1, expected a value" },
		{ "{", "JSON ends at byte 1, expected a member name" },
		{ "[1", "JSON ends at byte 2, expected ',' or ']'" },
		{ "{} x", "JSON byte 3 is 'x', expected the end" },
		{ "{}{}", "JSON byte 2 is '{', expected the end" },
		{ "\xef\xbb\xbf{}", "JSON byte 0 is 0xef, expected a value" },
		{ "nul", "JSON byte 0 is 'n', expected a value" },
		{ "NaN", "JSON byte 0 is 'N', expected a value" },
		{ "True", "JSON byte 0 is 'T', expected a value" },
		{ "'a'", "JSON byte 0 is ''', expected a value" },
		{ "{'a':1}", "JSON byte 1 is ''', expected a member name" },
		{ "{a:1}", "JSON byte 1 is 'a', expected a member name" },
		{ "{\"a\" 1}", "JSON byte 5 is '1', expected ':'" },
		{ "{\"a\":1,}", "JSON byte 7 is '}', expected a member name" },
		{ "{\"a\":}", "JSON byte 5 is '}', expected a value" },
		{ "[1,]", "JSON byte 3 is ']', expected a value" },
		{ "[1 2]", "JSON byte 3 is '2', expected ',' or ']'" },
		{ "[1}", "JSON byte 2 is '}', expected ',' or ']'" },
		{ "/**/{}", "JSON byte 0 is '/', expected a value" },
		{ "01", "JSON byte 1 is '1', expected the end" },
		{ "+1", "JSON byte 0 is '+', expected a value" },
		{ ".5", "JSON byte 0 is '.', expected a value" },
		{ "1.", "JSON ends at byte 2, expected a digit" },
		{ "1e", "JSON ends at byte 2, expected a digit" },
		{ "-", "JSON ends at byte 1, expected a digit" },
		{ "0x1", "JSON byte 1 is 'x', expected the end" },
		{ "9223372036854775808", "JSON integer at byte 0 exceeds 64 bits" },
		{ "[-9223372036854775809]", "JSON integer at byte 1 exceeds 64 bits" },
		{ "99999999999999999999999", "JSON integer at byte 0 exceeds 64 bits" },
		{ "\"a", "JSON ends at byte 2, expected a character or the end of the string" },
		{ "\"\n\"", "JSON byte 1 is 0x0a, expected a character or the end of the string" },
		{ "\"\\x\"", "JSON byte 2 is 'x', expected an escape letter" },
		{ "\"\\", "JSON ends at byte 2, expected an escape letter" },
		{ "\"\\u12g4\"", "JSON byte 5 is 'g', expected four hex digits" },
		{ "\"\\u0000\"", "JSON byte 3 escapes U+0000, which is not permitted" },
		{ "{\"a\\u0000b\":1}", "JSON byte 5 escapes U+0000, which is not permitted" },
		{ "\"\\ud800\"", "JSON byte 3 escapes a lone surrogate" },
		{ "\"\\udc00\"", "JSON byte 3 escapes a lone surrogate" },
		{ "\"\\ud800\\ud800\"", "JSON byte 3 escapes a lone surrogate" },
		{ "\"\\ud800\\n\"", "JSON byte 3 escapes a lone surrogate" },
		{ "\"\x80\"", "JSON byte 1 is 0x80, expected UTF-8" },
		{ "\"\xc0\x80\"", "JSON byte 1 is 0xc0, expected UTF-8" },
		{ "\"\xc3\"", "JSON byte 2 is '\"', expected UTF-8" },
		{ "\"\xe0\x9f\xbf\"", "JSON byte 2 is 0x9f, expected UTF-8" },
		{ "\"\xed\xa0\x80\"", "JSON byte 2 is 0xa0, expected UTF-8" },
		{ "\"\xf4\x90\x80\x80\"", "JSON byte 2 is 0x90, expected UTF-8" },
		{ "\"\xf5\x80\x80\x80\"", "JSON byte 1 is 0xf5, expected UTF-8" },
		{ "\"\xf0\x9f\x98", "JSON ends at byte 4, expected UTF-8" },
		{ "[[[[]]]]", "JSON at byte 3 is nested deeper than 3" },
		{ "[1,2,3,4,5]", "JSON object or array at byte 8 has more than 4 members" },
		{ "{\"a\":1,\"b\":2,\"a\":3}", "JSON member names at bytes 1 and 13 are equal" },
		{ "{\"a\":1,\"\\u0061\":3}", "JSON member names at bytes 1 and 7 are equal" },
		{ "[{\"\xc3\xa9\":{},\"\\u00e9\":{}}]", "JSON member names at bytes 2 and 10 are equal" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		char                               expected[PROBLEM_DETAIL_MAX];

		snprintf(expected, sizeof(expected), "%s", cases[i].detail);
		for (char *quote = expected; (quote = strchr(quote, '"'));)
			*quote = '\'';
		assert_int_equal(js_scan(cases[i].text, strlen(cases[i].text), &limits, &p), -PROB_MALFORMED);
		assert_string_equal(p.detail, expected);
	}
}

static void test_raw_nul(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT;

	assert_int_equal(js_scan("\"a\0b\"", 5, &limits, &p), -PROB_MALFORMED);
	assert_int_equal(js_scan("\"\\\0\"", 4, &limits, &q), -PROB_MALFORMED);
	assert_string_equal(q.detail, "JSON byte 2 is 0x00, expected an escape letter");
}

static void test_size_limit(void **state UNUSED)
{
	const struct js_limits             four = { .max_bytes = 4, .max_depth = 1, .max_members = 4 };
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	assert_int_equal(js_scan("null", 4, &four, &p), 0);
	assert_int_equal(js_scan("false", 5, &four, &p), -PROB_MALFORMED);
	assert_string_equal(p.detail, "JSON has 5 bytes, permitted are 4");
}

/* Many names with a long equal beginning: quadratic comparison would take minutes. */
static void test_many_names(void **state UNUSED)
{
	const struct js_limits             wide = { .max_bytes = 8 << 20, .max_depth = 1, .max_members = 100000 };
	auto_clear(buf) struct buf         text = BUF_INIT(8 << 20);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const int64_t                      start = clk_mono();

	buf_adds(&text, "{");
	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "\"%060d\":0,", i);
	buf_addf(&text, "\"%060d\":0}", 7);
	assert_false(text.failed);
	assert_int_equal(js_scan(text.data, text.len, &wide, &p), -PROB_MALFORMED);
	assert_non_null(strstr(p.detail, "are equal"));
	assert_true(clk_mono() - start < 20 * CLK_SECOND);
}

static void test_parse(void **state UNUSED)
{
	auto_(json) struct json_object    *object = NULL;
	auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT, s = PROBLEM_INIT;
	static const char                  text[] = " {\"a\":{\"b\":[1]}} \n";

	assert_int_equal(js_parse(text, strlen(text), &limits, &object, &p), 0);
	assert_int_equal(json_object_get_type(object), json_type_object);
	json_object_put(steal(object));
	assert_int_equal(js_parse("[]", 2, &limits, &object, &p), -PROB_MALFORMED);
	assert_string_equal(p.detail, "JSON is not an object");
	assert_int_equal(js_parse("1", 1, &limits, &object, &q), -PROB_MALFORMED);
	assert_int_equal(js_parse("{\"a\":1,\"a\":1}", 13, &limits, &object, &s), -PROB_MALFORMED);
	assert_null(object);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),   cmocka_unit_test(test_refused),    cmocka_unit_test(test_raw_nul),
		cmocka_unit_test(test_size_limit), cmocka_unit_test(test_many_names), cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "json/js.h"

struct target {
	const char         *text;
	bool                flag, has_number;
	int64_t             number, optional_number, time;
	struct json_object *object, *array;
};

static const struct js_field fields[] = {
	JS_STRING(struct target, text, "text", JS_REQUIRED, 5),
	JS_BOOL(struct target, flag, "flag", JS_OPTIONAL),
	JS_INT(struct target, number, "number", JS_OPTIONAL, 10),
	JS_INT_HAS(struct target, optional_number, "optionalNumber", 10, has_number),
	JS_TIME(struct target, time, "time", JS_OPTIONAL),
	JS_OBJECT(struct target, object, "object", JS_OPTIONAL),
	JS_ARRAY(struct target, array, "array", JS_OPTIONAL, 2),
	JS_END,
};

static struct json_object *parse(const char *text)
{
	const struct js_limits             limits = { .max_bytes = 1000, .max_depth = 3, .max_members = 20 };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct json_object                *object = NULL;

	assert_int_equal(js_parse(text, strlen(text), &limits, &object, &p), 0);
	return object;
}

static void test_all_members(void **state UNUSED)
{
	auto_(json) struct json_object *object =
		parse("{\"text\":\"abc\",\"flag\":true,\"number\":10,\"optionalNumber\":0,\"unknown\":[],"
	              "\"time\":\"1970-01-01T00:00:01Z\",\"object\":{\"a\":1},\"array\":[1,2]}");
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct target                      t;

	assert_int_equal(js_bind(object, fields, &t, &p), 0);
	assert_string_equal(t.text, "abc");
	assert_true(t.flag);
	assert_int_equal(t.number, 10);
	assert_true(t.has_number);
	assert_int_equal(t.optional_number, 0);
	assert_int_equal(t.time, 1000000);
	assert_int_equal(json_object_object_length(t.object), 1);
	assert_int_equal(json_object_array_length(t.array), 2);
}

static void test_absent_and_null(void **state UNUSED)
{
	static const char *const texts[] = {
		"{\"text\":\"\"}",
		"{\"text\":\"\",\"flag\":null,\"number\":null,\"optionalNumber\":null,\"time\":null,\"object\":null,"
		"\"array\":null}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_(json) struct json_object    *object = parse(texts[i]);
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct target                      t;

		memset(&t, 0x55, sizeof(t));
		assert_int_equal(js_bind(object, fields, &t, &p), 0);
		assert_string_equal(t.text, "");
		assert_false(t.flag || t.has_number);
		assert_int_equal(t.number, 0);
		assert_int_equal(t.optional_number, 0);
		assert_int_equal(t.time, 0);
		assert_null(t.object);
		assert_null(t.array);
	}
}

static void test_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *detail;
	} cases[] = {
		{ "{}", "text is missing" },
		{ "{\"text\":null}", "text is missing" },
		{ "{\"text\":1}", "text is of type int, expected a string" },
		{ "{\"text\":\"abcdef\"}", "text has 6 bytes, permitted are 5" },
		{ "{\"text\":\"\",\"flag\":1}", "flag is of type int, expected a boolean" },
		{ "{\"text\":\"\",\"flag\":\"true\"}", "flag is of type string, expected a boolean" },
		{ "{\"text\":\"\",\"number\":\"1\"}", "number is of type string, expected an integer" },
		{ "{\"text\":\"\",\"number\":1.0}", "number is of type double, expected an integer" },
		{ "{\"text\":\"\",\"number\":-1}", "number is -1, permitted are 0 to 10" },
		{ "{\"text\":\"\",\"number\":11}", "number is 11, permitted are 0 to 10" },
		{ "{\"text\":\"\",\"optionalNumber\":11}", "optionalNumber is 11, permitted are 0 to 10" },
		{ "{\"text\":\"\",\"time\":1}", "time is of type int, expected a string with a time" },
		{ "{\"text\":\"\",\"time\":\"soon\"}", "time is not an RFC 3339 time such as 2026-11-21T20:49:17Z" },
		{ "{\"text\":\"\",\"object\":[]}", "object is of type array, expected an object" },
		{ "{\"text\":\"\",\"array\":{}}", "array is of type object, expected an array" },
		{ "{\"text\":\"\",\"array\":[1,2,3]}", "array has 3 elements, permitted are 2" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_(json) struct json_object    *object = parse(cases[i].text);
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct target                      t;

		assert_int_equal(js_bind(object, fields, &t, &p), -PROB_MALFORMED);
		assert_string_equal(p.detail, cases[i].detail);
	}
}

static void test_emit(void **state UNUSED)
{
	auto_(json) struct json_object *object = oom_check(json_object_new_object());
	struct json_object             *inner = oom_check(json_object_new_object());
	size_t                          len;

	js_add_text(object, "text", "a/b \"c\"\n");
	js_add_text(object, "none", NULL);
	js_add_time(object, "time", INT64_C(1795294157000000));
	js_add_time(object, "never", 0);
	js_add_bool(object, "flag", false);
	js_add_int(object, "number", INT64_MAX);
	js_add(object, "inner", inner);
	assert_string_equal(js_text(object, &len), "{\"text\":\"a/b \\\"c\\\"\\n\",\"time\":\"2026-11-21T20:49:17Z\","
	                                           "\"flag\":false,\"number\":9223372036854775807,\"inner\":{}}");
	assert_int_equal(len, strlen(js_text(object, &len)));
}

static void test_member_array(void **state UNUSED)
{
	auto_(json) struct json_object *object = js_new_object();
	size_t                          len;

	js_append_text(js_member_array(object, "list"), "a");
	js_append_text(js_member_array(object, "list"), "b");
	assert_string_equal(js_text(object, &len), "{\"list\":[\"a\",\"b\"]}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_members),  cmocka_unit_test(test_absent_and_null),
		cmocka_unit_test(test_refused),      cmocka_unit_test(test_emit),
		cmocka_unit_test(test_member_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

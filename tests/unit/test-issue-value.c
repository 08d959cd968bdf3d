/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "validator/issue-value.h"

/* Written back in one form, to compare with one text. */
static void print(const struct issue_value *v, char *out, size_t size)
{
	size_t at = (size_t)snprintf(out, size, "%s", v->domain);

	for (size_t i = 0; i < v->n_params; i++)
		at += (size_t)snprintf(out + at, size - at, ";%s=%s", v->params[i].tag, v->params[i].value);
}

/* RFC 8659 4.2 and 4.3, RFC 8657 A, draft-ietf-acme-dns-persist 3, and what the grammar permits beside */
static const struct {
	const char *text, *parsed;
} good[] = {
	{ "", "" },
	{ " \t", "" },
	{ ";", "" },
	{ " ; ", "" },
	{ "ca1.example.net", "ca1.example.net" },
	{ "CA1.Example.NET", "ca1.example.net" },
	{ "\t ca1.example.net \t", "ca1.example.net" },
	{ "ca1.example.net;", "ca1.example.net" },
	{ "ca1.example.net ; ", "ca1.example.net" },
	{ "ca1.example.net; account=230123", "ca1.example.net;account=230123" },
	{ "ca1.example.net;account=230123;policy=ev", "ca1.example.net;account=230123;policy=ev" },
	{ "ca1.example.net \t;\taccount \t= \t230123\t;\tpolicy\t=\tev\t", "ca1.example.net;account=230123;policy=ev" },
	{ "; account=1", ";account=1" },
	{ "ca.example; Account=Upper", "ca.example;account=Upper" },
	{ "ca.example; a=", "ca.example;a=" },
	{ "ca.example; a=;b=", "ca.example;a=;b=" },
	{ "ca.example; a==", "ca.example;a==" },
	{ "ca.example; a=1; a=2", "ca.example;a=1;a=2" },
	{ "ca.example; a-b--c=1", "ca.example;a-b--c=1" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "1", "1" },
	{ "a--b.c", "a--b.c" },
	{ "example.net; accounturi=https://example.net/account/1234; validationmethods=dns-01,http-01",
	  "example.net;accounturi=https://example.net/account/1234;validationmethods=dns-01,http-01" },
	{ "ca.example; v=!\"#$%&'()*+,-./:<=>?@[\\]^_`{|}~", "ca.example;v=!\"#$%&'()*+,-./:<=>?@[\\]^_`{|}~" },
};

static void test_grammar(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		auto_clear(problem) struct problem         p = PROBLEM_INIT;
		auto_clear(issue_value) struct issue_value v = { .domain = NULL };
		char                                       parsed[200];

		assert_int_equal(issue_value_parse(good[i].text, strlen(good[i].text), &v, &p), 0);
		print(&v, parsed, sizeof(parsed));
		assert_string_equal(parsed, good[i].parsed);
	}
}

static int parse(const void *text, size_t len)
{
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(issue_value) struct issue_value v = { .domain = NULL };
	int                                        r = issue_value_parse(text, len, &v, &p);

	if (r < 0) {
		assert_int_equal(p.code, PROB_MALFORMED);
		assert_null(v.domain);
	}
	return r;
}

/* conformance B13 */
static void test_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"%%%%%",
		"ca.example; foo",
		"ca.example foo",
		"ca.example foo=1",
		"ca.example.",
		".ca.example",
		"ca..example",
		"-ca.example",
		"ca-.example",
		"ca_1.example",
		"*.example",
		"ca.example,other.example",
		"\"ca.example\"",
		"ca.example;;",
		"ca.example; ;a=1",
		"ca.example; a=1;",
		"ca.example; a=1; ",
		"ca.example; a=1;;b=2",
		"ca.example; =1",
		"ca.example; a b=1",
		"ca.example; a_b=1",
		"ca.example; -a=1",
		"ca.example; a-=1",
		"ca.example; a=1 2",
		"ca.example; a=1\n",
		"ca.example\n",
		"ca.example; a=\x7f",
		"ca.example; a=\xc3\xa9",
		"b\xc3\xbc"
		"cher.example",
		"; ;",
		"account=1",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (parse(texts[i], strlen(texts[i])) == 0)
			fail_msg("%s is no issue-value", texts[i]);
}

static void test_nul_is_no_end(void **state UNUSED)
{
	assert_true(parse("ca.example\0", 11) < 0);
	assert_true(parse("ca.example\0;a=1", 15) < 0);
	assert_true(parse("ca.example;a=\0", 14) < 0);
	assert_true(parse("\0", 1) < 0);
}

static void test_size_is_limited(void **state UNUSED)
{
	auto_free char *text = xcalloc(ISSUE_VALUE_MAX + 1, 1);

	memset(text, 'a', ISSUE_VALUE_MAX + 1);
	assert_int_equal(parse(text, ISSUE_VALUE_MAX), 0);
	assert_true(parse(text, ISSUE_VALUE_MAX + 1) < 0);
}

static void test_number_of_parameters_is_limited(void **state UNUSED)
{
	static const char param[] = ";a=1";
	const size_t      len = strlen(param);
	char              text[(ISSUE_PARAMS_MAX + 1) * (sizeof(param) - 1)];

	for (size_t i = 0; i <= ISSUE_PARAMS_MAX; i++)
		memcpy(text + i * len, param, len);
	assert_int_equal(parse(text, ISSUE_PARAMS_MAX * len), 0);
	assert_true(parse(text, sizeof(text)) < 0);
}

static void test_parameters_are_counted(void **state UNUSED)
{
	static const char                          text[] = "ca.example; a=1; b=2; A=3";
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(issue_value) struct issue_value v = { .domain = NULL };
	const char                                *value = "unchanged";

	assert_int_equal(issue_value_parse(text, strlen(text), &v, &p), 0);
	assert_int_equal(issue_value_param(&v, "c", &value), 0);
	assert_string_equal(value, "unchanged");
	assert_int_equal(issue_value_param(&v, "b", &value), 1);
	assert_string_equal(value, "2");
	assert_int_equal(issue_value_param(&v, "a", &value), 2);
	assert_string_equal(value, "1");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul_is_no_end),
		cmocka_unit_test(test_size_is_limited),
		cmocka_unit_test(test_number_of_parameters_is_limited),
		cmocka_unit_test(test_parameters_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

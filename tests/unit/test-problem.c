/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/problem.h"

static void test_table(void **state UNUSED)
{
	for (int i = PROB_NONE + 1; i < PROB_N_CODES; i++) {
		const enum prob_code code = (enum prob_code)i;

		assert_int_equal(problem_by_name(problem_name(code)), code);
		assert_memory_equal(problem_urn(code), "urn:ietf:params:acme:error:", 27);
		assert_in_range(problem_status(code), 400, 599);
	}
	assert_int_equal(problem_by_name("nonesuch"), PROB_NONE);
	assert_int_equal(problem_by_name(""), PROB_NONE);
	assert_string_equal(problem_urn(PROB_NOT_FOUND), "urn:ietf:params:acme:error:malformed");
	assert_int_equal(problem_status(PROB_NOT_FOUND), 404);
}

/* Types in IANA's registry and the statuses that RFC 8555, RFC 9773 and the clients expect with them. */
static void test_registered(void **state UNUSED)
{
	static const struct {
		const char *type;
		int         statuses[8];
	} registered[] = {
		{ "accountDoesNotExist", { 400 } },
		{ "alreadyReplaced", { 409 } },
		{ "alreadyRevoked", { 400 } },
		{ "badCSR", { 400 } },
		{ "badNonce", { 400 } },
		{ "badPublicKey", { 400 } },
		{ "badRevocationReason", { 400 } },
		{ "badSignatureAlgorithm", { 400 } },
		{ "caa", { 403 } },
		{ "connection", { 400 } },
		{ "dns", { 400 } },
		{ "externalAccountRequired", { 400, 403 } },
		{ "incorrectResponse", { 403 } },
		{ "invalidContact", { 400 } },
		{ "invalidProfile", { 400 } },
		{ "malformed", { 400, 404, 405, 409, 411, 413, 415 } },
		{ "orderNotReady", { 403 } },
		{ "rateLimited", { 429 } },
		{ "rejectedIdentifier", { 400, 403 } },
		{ "serverInternal", { 500, 503 } },
		{ "tls", { 400 } },
		{ "unauthorized", { 401, 403 } },
		{ "unsupportedContact", { 400 } },
		{ "unsupportedIdentifier", { 400, 403 } },
		{ "userActionRequired", { 403 } },
	};

	for (int i = PROB_NONE + 1; i < PROB_N_CODES; i++) {
		const char *urn = problem_urn((enum prob_code)i);
		bool        found = false;

		for (size_t j = 0; j < ARRAY_LEN(registered); j++) {
			if (strcmp(strrchr(urn, ':') + 1, registered[j].type) != 0)
				continue;
			for (size_t k = 0; registered[j].statuses[k]; k++)
				found = found || registered[j].statuses[k] == problem_status((enum prob_code)i);
		}
		if (!found)
			fail_msg("%s with status %d", urn, problem_status((enum prob_code)i));
	}
}

static void test_set(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	assert_int_equal(problem_set(&p, PROB_BAD_CSR, "key has %d bits", 512), -PROB_BAD_CSR);
	assert_int_equal(p.code, PROB_BAD_CSR);
	assert_string_equal(p.detail, "key has 512 bits");
	assert_non_null(strstr(p.file, "test-problem.c"));
	assert_true(p.line > 0);
	assert_int_equal(problem_cause(&p, "why: %s", "x"), -PROB_BAD_CSR);
	assert_string_equal(p.cause, "why: x");
	problem_clear(&p);
	assert_int_equal(p.code, PROB_NONE);
}

static void test_detail_is_one_line_without_quotes(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, PROB_MALFORMED, "found \"%s\"", "a\r\nb\x1b\x7f");
	assert_string_equal(p.detail, "found 'a?"
	                              "?b?"
	                              "?'");
}

/* Whatever is cut, it stays UTF-8. */
static void test_long_detail(void **state UNUSED)
{
	static const char *const chars[] = { "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };

	for (size_t i = 0; i < ARRAY_LEN(chars); i++) {
		for (int shift = 0; shift < 4; shift++) {
			auto_clear(problem) struct problem p = PROBLEM_INIT;
			const size_t                       n = strlen(chars[i]);
			char                               text[1001] = "";

			for (size_t at = 0; at + n < sizeof(text); at += n)
				memcpy(text + at, chars[i], n);
			problem_set(&p, PROB_MALFORMED, "%.*s%s", shift, "...", text);
			assert_in_range(strlen(p.detail), PROBLEM_DETAIL_MAX - 4, PROBLEM_DETAIL_MAX - 1);
			assert_int_equal((strlen(p.detail) - (size_t)(shift > 3 ? 3 : shift)) % n, 0);
		}
	}
}

static void test_sub(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	for (int i = 0; i < PROBLEM_SUBS_MAX + 5; i++) {
		problem_set(&p, PROB_REJECTED_IDENTIFIER, "name %d is not permitted", i);
		problem_cause(&p, "x");
		problem_sub(&p, "dns", "example.test");
		assert_int_equal(p.code, PROB_NONE);
		assert_string_equal(p.detail, "");
		assert_string_equal(p.cause, "");
	}
	assert_int_equal(p.n_subs, PROBLEM_SUBS_MAX);
	assert_int_equal(p.subs[1].code, PROB_REJECTED_IDENTIFIER);
	assert_string_equal(p.subs[1].detail, "name 1 is not permitted");
	assert_string_equal(p.subs[1].ident_type, "dns");
	assert_string_equal(p.subs[1].ident_value, "example.test");
	problem_clear(&p);
	assert_int_equal(p.n_subs, 0);
	problem_set(&p, PROB_UNSUPPORTED_IDENTIFIER, "x");
	problem_sub(&p, "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", "");
	assert_string_equal(p.subs[0].ident_type, "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9");
}

static void test_append(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, PROB_DNS, "query failed");
	assert_int_equal(problem_append(&p, "; error %d (\"%s\")", 15, "Blocked\n"), -PROB_DNS);
	assert_string_equal(p.detail, "query failed; error 15 ('Blocked?')");
	assert_int_equal(problem_append(&p, "%s", ""), -PROB_DNS);
	assert_string_equal(p.detail, "query failed; error 15 ('Blocked?')");
}

/* Full is full, in the middle of a character too. */
static void test_append_to_long_detail(void **state UNUSED)
{
	for (int spare = 0; spare <= 3; spare++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		char                               text[PROBLEM_DETAIL_MAX] = "";

		memset(text, 'x', (size_t)(PROBLEM_DETAIL_MAX - 1 - spare));
		problem_set(&p, PROB_DNS, "%s", text);
		problem_append(&p, "\u20ac");
		assert_int_equal(strlen(p.detail), spare == 3 ? PROBLEM_DETAIL_MAX - 1 : strlen(text));
		assert_memory_equal(p.detail, text, strlen(text));
	}
}

static void test_move(void **state UNUSED)
{
	struct problem from = PROBLEM_INIT, to = PROBLEM_INIT;

	problem_set(&from, PROB_REJECTED_IDENTIFIER, "name is not permitted");
	problem_sub(&from, "dns", "example.test");
	problem_set(&from, PROB_MALFORMED, "some names are not permitted");
	problem_move(&to, &from);
	assert_int_equal(from.code, PROB_NONE);
	assert_int_equal(from.n_subs, 0);
	assert_int_equal(to.code, PROB_MALFORMED);
	assert_string_equal(to.detail, "some names are not permitted");
	assert_string_equal(to.subs[0].ident_value, "example.test");
	problem_clear(&to);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),       cmocka_unit_test(test_registered),
		cmocka_unit_test(test_set),         cmocka_unit_test(test_detail_is_one_line_without_quotes),
		cmocka_unit_test(test_long_detail), cmocka_unit_test(test_sub),
		cmocka_unit_test(test_append),      cmocka_unit_test(test_append_to_long_detail),
		cmocka_unit_test(test_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

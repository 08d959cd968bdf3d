/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "acme/problem-json.h"
#include "json/js.h"

#define URN(name) "urn:ietf:params:acme:error:" name

static void assert_json(struct json_object *object, const char *expected)
{
	auto_(json) struct json_object *owned = object;
	size_t                          len;

	assert_string_equal(js_text(owned, &len), expected);
}

static void test_wire(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, PROB_NOT_FOUND, "no such order");
	problem_cause(&p, "secret");
	assert_json(problem_to_wire(&p, "r1"),
	            "{\"type\":\"" URN("malformed") "\",\"detail\":\"no such order\",\"status\":404}");
}

static void test_wire_algorithms(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, PROB_BAD_SIGNATURE_ALGORITHM, "HS256 is not permitted");
	assert_json(
		problem_to_wire(&p, NULL),
		"{\"type\":\"" URN(
			"badSignatureAlgorithm") "\",\"detail\":\"HS256 is not permitted\",\"status\":400,"
						 "\"algorithms\":[\"RS256\",\"ES256\",\"ES384\",\"ES512\",\"EdDSA\"]}");
}

static void test_wire_subproblems(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, PROB_REJECTED_IDENTIFIER, "not ours");
	problem_sub(&p, "dns", "a.example");
	problem_set(&p, PROB_MALFORMED, "1 name");
	assert_json(problem_to_wire(&p, NULL),
	            "{\"type\":\"" URN("malformed") "\",\"detail\":\"1 "
	                                            "name\",\"status\":400,\"subproblems\":[{\"type\":\"" URN(
							    "rejectedIdentifier") "\",\"detail\":\"not ours\","
	                                                                          "\"identifier\":{\"type\":\"dns\","
	                                                                          "\"value\":\"a.example\"}}]}");
}

/* Nothing of what lies behind our own failures gets out. */
static void test_wire_own_fault(void **state UNUSED)
{
	static const struct {
		enum prob_code code;
		const char    *request, *json;
	} cases[] = {
		{ PROB_INTERNAL, "r1",
		  "{\"type\":\"" URN("serverInternal") "\",\"detail\":\"the server failed to process the "
		                                       "request (request r1)\",\"status\":500}" },
		{ PROB_INTERNAL, NULL,
		  "{\"type\":\"" URN("serverInternal") "\",\"detail\":\"the server failed to process the "
		                                       "request\",\"status\":500}" },
		{ PROB_CONFIG, NULL,
		  "{\"type\":\"" URN("serverInternal") "\",\"detail\":\"the server failed to process the "
		                                       "request\",\"status\":500}" },
		{ PROB_UNAVAILABLE, "r1",
		  "{\"type\":\"" URN("serverInternal") "\",\"detail\":\"the server is temporarily "
		                                       "unavailable (request r1)\",\"status\":503}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		problem_set(&p, cases[i].code, "secret");
		problem_cause(&p, "more secret");
		assert_json(problem_to_wire(&p, cases[i].request), cases[i].json);
	}
}

static void test_text_round_trip(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT, back = PROBLEM_INIT;
	auto_free char                    *text = NULL;

	problem_set(&p, PROB_DNS, "no address for \u00e4/x");
	problem_sub(&p, "dns", "a.example");
	problem_set(&p, PROB_UNAVAILABLE, "later");
	p.retry_after = 30;
	text = problem_to_text(&p);
	assert_string_equal(
		text, "{\"type\":\"unavailable\",\"detail\":\"later\",\"retryAfter\":30,\"subproblems\":[{\"type\":"
		      "\"dns\",\"detail\":\"no address for \u00e4/x\","
		      "\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"}}]}");
	assert_int_equal(problem_from_text(text, &back), -PROB_UNAVAILABLE);
	assert_int_equal(back.code, PROB_UNAVAILABLE);
	assert_string_equal(back.detail, "later");
	assert_int_equal(back.retry_after, 30);
	assert_int_equal(back.n_subs, 1);
	assert_int_equal(back.subs[0].code, PROB_DNS);
	assert_string_equal(back.subs[0].detail, p.subs[0].detail);
	assert_string_equal(back.subs[0].ident_value, "a.example");
}

static void test_text_wrong(void **state UNUSED)
{
	static const char *const wrong[] = {
		"",
		"[]",
		"{}",
		"{\"type\":\"badNonce\"}",
		"{\"type\":\"nonesuch\",\"detail\":\"x\"}",
		"{\"type\":\"" URN("badNonce") "\",\"detail\":\"x\"}",
		"{\"type\":\"badNonce\",\"detail\":\"x\",\"retryAfter\":-1}",
		"{\"type\":\"badNonce\",\"detail\":\"x\",\"retryAfter\":4294967296}",
		"{\"type\":\"badNonce\",\"detail\":\"x\",\"subproblems\":{}}",
		"{\"type\":\"badNonce\",\"detail\":\"x\",\"subproblems\":[null]}",
		"{\"type\":\"badNonce\",\"detail\":\"x\",\"subproblems\":[1]}",
		"{\"type\":\"badNonce\",\"detail\":\"x\",\"subproblems\":[{\"type\":\"dns\",\"detail\":\"x\"}]}",
		"{\"type\":\"dns\",\"detail\":\"x\",\"subproblems\":[{\"type\":\"dns\",\"detail\":\"x\",\"identifier\":"
		"{}}]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		assert_int_equal(problem_from_text(wrong[i], &p), -PROB_INTERNAL);
		assert_int_equal(p.n_subs, 0);
	}
}

/* Stored problems are public, those of the server's own making too. */
static void test_stored(void **state UNUSED)
{
	assert_null(problem_stored_to_wire(NULL));
	assert_json(problem_stored_to_wire("{\"type\":\"serverInternal\",\"detail\":\"no outcome\"}"),
	            "{\"type\":\"" URN("serverInternal") "\",\"detail\":\"no outcome\",\"status\":500}");
	assert_json(problem_stored_to_wire("{\"type\":\"unauthorized\",\"detail\":\"x\"}"),
	            "{\"type\":\"" URN("unauthorized") "\",\"detail\":\"x\",\"status\":403}");
	assert_json(problem_stored_to_wire("garbage"),
	            "{\"type\":\"" URN("serverInternal") "\",\"detail\":\"the server failed "
	                                                 "to process the request\",\"status\":500}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_wire_algorithms),
		cmocka_unit_test(test_wire_subproblems),
		cmocka_unit_test(test_wire_own_fault),
		cmocka_unit_test(test_text_round_trip),
		cmocka_unit_test(test_text_wrong),
		cmocka_unit_test(test_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

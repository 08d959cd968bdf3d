/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "json/js.h"
#include "responder/identifiers.h"

static char http01[] = "http-01", dns01[] = "dns-01", alpn01[] = "tls-alpn-01", account01[] = "dns-account-01",
	    persist01[] = "dns-persist-01", dns[] = "dns", ip[] = "ip", lan[] = "lan";
static char *offered[] = { persist01, http01, dns01, alpn01, account01 }, *types[] = { dns, ip }, *skipped[] = { lan };

static const struct conf_profile profile = {
	.allow_wildcards = true,
	.subdomain_authorizations = true,
	.max_identifiers = 10,
	.challenges = { offered, ARRAY_LEN(offered) },
	.identifier_types = { types, ARRAY_LEN(types) },
	.caa = true,
	.caa_skip_suffixes = { skipped, ARRAY_LEN(skipped) },
};

/* identifiers_from_json() of what is in the array. */
static int take(const char *array, struct identifiers *ret)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(json) struct json_object    *parsed = json_tokener_parse(array);

	assert_non_null(parsed);
	return identifiers_from_json(parsed, &profile, ret, &p);
}

static void assert_json(struct json_object *object, const char *expected)
{
	size_t len;

	assert_string_equal(js_text(object, &len), expected);
	json_object_put(object);
}

static void test_addresses(void **state UNUSED)
{
	auto_clear(identifiers) struct identifiers ids = { 0 };

	assert_int_equal(take("[{\"type\":\"ip\",\"value\":\"::1\"},{\"type\":\"dns\",\"value\":\"a.example.org\"},"
	                      "{\"type\":\"ip\",\"value\":\"::1\"}]",
	                      &ids),
	                 0);
	assert_json(identifiers_to_json(&ids), "[{\"type\":\"ip\",\"value\":\"::1\"},"
	                                       "{\"type\":\"dns\",\"value\":\"a.example.org\"}]");
}

static void test_ancestors(void **state UNUSED)
{
	auto_clear(identifiers) struct identifiers ids = { 0 };

	assert_int_equal(take("[{\"type\":\"ip\",\"value\":\"10.0.0.1\",\"ancestorDomain\":\"0.0.1\"}]", &ids),
	                 -PROB_MALFORMED);
	assert_int_equal(
		take("[{\"type\":\"dns\",\"value\":\"a.b.example.org\",\"ancestorDomain\":\"example.org\"}]", &ids), 0);
	assert_int_equal(ids.n, 1);
	assert_true(ids.items[0].subdomains);
	assert_string_equal(ids.items[0].proved, "example.org");
}

static void test_caa(void **state UNUSED)
{
	auto_clear(identifiers) struct identifiers some = { 0 }, none = { 0 };

	assert_int_equal(
		take("[{\"type\":\"dns\",\"value\":\"a.lan\"},{\"type\":\"dns\",\"value\":\"*.example.org\"},"
	             "{\"type\":\"ip\",\"value\":\"10.0.0.1\"},{\"type\":\"dns\",\"value\":\"b.example.org\"}]",
	             &some),
		0);
	assert_int_equal(
		take("[{\"type\":\"dns\",\"value\":\"a.lan\"},{\"type\":\"ip\",\"value\":\"10.0.0.1\"}]", &none), 0);
	assert_json(identifiers_caa(&some, &profile), "[\"*.example.org\",\"b.example.org\"]");
	assert_null(identifiers_caa(&none, &profile));
}

static bool has(struct json_object *array, const char *text)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(array, i)), text) == 0)
			return true;
	return false;
}

static void test_challenges(void **state UNUSED)
{
	auto_(json) struct json_object *name = identifiers_challenges(&profile, "dns", false);
	auto_(json) struct json_object *many = identifiers_challenges(&profile, "dns", true);
	auto_(json) struct json_object *address = identifiers_challenges(&profile, "ip", false);

	assert_int_equal(json_object_array_length(name), 5);
	for (size_t i = 0; i < ARRAY_LEN(offered); i++)
		assert_true(has(name, offered[i]));
	assert_int_equal(json_object_array_length(many), 3);
	assert_true(has(many, dns01) && has(many, account01) && has(many, persist01));
	assert_int_equal(json_object_array_length(address), 2);
	assert_true(has(address, http01) && has(address, alpn01));
}

/* Conformance A216, S62: each type with a token comes first now and then, that without one is always the last. */
static void test_order_of_challenges(void **state UNUSED)
{
	auto_(json) struct json_object *first = js_new_object();

	for (int i = 0; i < 400; i++) {
		auto_(json) struct json_object *array = identifiers_challenges(&profile, "dns", false);

		js_add_bool(first, json_object_get_string(json_object_array_get_idx(array, 0)), true);
		assert_string_equal(json_object_get_string(json_object_array_get_idx(array, 4)), persist01);
	}
	assert_int_equal(json_object_object_length(first), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_ancestors),
		cmocka_unit_test(test_caa),
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_order_of_challenges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

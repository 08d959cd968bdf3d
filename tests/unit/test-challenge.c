/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "acme/challenge.h"

/* RFC 8555 8, RFC 8737, RFC 8738 7, drafts dns-account-label and dns-persist; conformance A216, D6, G8 */
static const struct {
	const char *name;
	bool        dns, many, ip;
} fits[] = {
	{ "http-01", true, false, true },        { "dns-01", true, true, false },
	{ "tls-alpn-01", true, false, true },    { "dns-account-01", true, true, false },
	{ "dns-persist-01", true, true, false },
};

static void test_fits(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(fits); i++) {
		const struct challenge_type *type = challenge_type_find(fits[i].name);

		assert_non_null(type);
		assert_int_equal(challenge_fits(type, "dns", false), fits[i].dns);
		assert_int_equal(challenge_fits(type, "dns", true), fits[i].many);
		assert_int_equal(challenge_fits(type, "ip", false), fits[i].ip);
		assert_false(challenge_fits(type, "ip", true));
		assert_false(challenge_fits(type, "email", false));
	}
}

static void test_find(void **state UNUSED)
{
	static const char *const unknown[] = { "", "http", "http-02", "HTTP-01", "tls-sni-01", "caa" };

	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		assert_null(challenge_type_find(unknown[i]));
		assert_false(challenge_name_fits(unknown[i], "dns", false));
	}
	assert_true(challenge_name_fits("http-01", "ip", false));
	assert_false(challenge_name_fits("http-01", "dns", true));
	assert_true(challenge_type_find("dns-account-01")->token);
	assert_false(challenge_type_find("dns-persist-01")->token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

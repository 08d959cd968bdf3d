/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "validator/dns-reason.h"

static void test_public(void **state UNUSED)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ "plain words", "plain words" },
		{ "validation failure <a.test. TXT IN>: signature expired from 10.0.0.53 for key test.",
		  "signature expired from a server for key test." },
		{ "SERVFAIL <a.test. TXT IN>: from 192.0.2.1 and 2001:db8::1, got REFUSED",
		  "from a server and a server got REFUSED" },
		{ "at zone . from ::1", "at zone . from a server" },
		{ "1.2.3 is no address", "1.2.3 is no address" },
		{ "a \"quoted\" word\n", "a 'quoted' word?" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[200];

		dns_reason_public(out, sizeof(out), rows[i].text);
		assert_string_equal(out, rows[i].expected);
	}
}

static void test_long_text_is_cut(void **state UNUSED)
{
	char text[5000], out[32];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	dns_reason_public(out, sizeof(out), text);
	assert_true(strlen(out) < sizeof(out));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

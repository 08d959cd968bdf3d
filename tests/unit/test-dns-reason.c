/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include <unbound.h>

#include "validator/dns-reason.h"

DEFINE_FREEP(ub_ctx, struct ub_ctx *, ub_ctx_delete);
DEFINE_FREEP(ub_result, struct ub_result *, ub_resolve_free);

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

static int fail_to_resolve(struct ub_ctx *ctx, const char *name)
{
	auto_(ub_result) struct ub_result *result = NULL;

	assert_int_equal(ub_resolve(ctx, name, DNS_TXT, 1, &result), 0);
	return result->rcode;
}

static void test_heard(void **state UNUSED)
{
	auto_(ub_ctx) struct ub_ctx *ctx = ub_ctx_create();

	assert_non_null(ctx);
	assert_int_equal(ub_ctx_set_option(ctx, "do-not-query-localhost:", "yes"), 0);
	assert_int_equal(ub_ctx_set_option(ctx, "log-servfail:", "yes"), 0);
	assert_int_equal(ub_ctx_set_option(ctx, "val-log-squelch:", "no"), 0);
	/* It fails without a packet. */
	assert_int_equal(ub_ctx_set_fwd(ctx, "127.0.0.1@9"), 0);
	dns_reason_listen(ctx);
	assert_int_equal(fail_to_resolve(ctx, "a.example"), DNS_SERVFAIL);
	assert_non_null(strstr(dns_reason_heard("a.example", DNS_TXT), "SERVFAIL <a.example. TXT IN>: "));
	assert_string_equal(dns_reason_heard("A.EXAMPLE", DNS_TXT), dns_reason_heard("a.example", DNS_TXT));
	assert_string_equal(dns_reason_heard("a.example", DNS_CAA), "");
	assert_string_equal(dns_reason_heard("a.exampl", DNS_TXT), "");
	assert_int_equal(fail_to_resolve(ctx, "b.example"), DNS_SERVFAIL);
	assert_string_equal(dns_reason_heard("a.example", DNS_TXT), "");
	assert_true(*dns_reason_heard("b.example", DNS_TXT) != '\0');
	dns_reason_forget();
	assert_string_equal(dns_reason_heard("b.example", DNS_TXT), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_long_text_is_cut),
		cmocka_unit_test(test_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "acme/link.h"
#include "base/clk.h"
#include "fake-rows.h"
#include "json/js.h"
#include "validator/job.h"

#define UUID  "01930500-0000-7000-8000-000000000000"
#define TOKEN "DGyRejmCefe7v4NfDGDKfA"

static struct conf             conf = { .validator = { .retries = 3, .retry_delay = 2 * CLK_SECOND } };
static const struct method_env env = { .conf = &conf };

/* What differs between rows. */
struct claimed {
	const char *type, *identifier_type, *identifier, *wildcard, *token, *key_authorization, *thumbprints, *names;
};

static struct db_rows *rows_of(const struct claimed *c, const char *failures)
{
	const struct fake_cell cells[] = {
		{ "job", UUID },
		{ "attempt", "7" },
		{ "failures", failures },
		{ "account", UUID },
		{ "object", UUID },
		{ "type", c->type },
		{ "identifier_type", c->identifier_type },
		{ "identifier", c->identifier },
		{ "wildcard", c->wildcard },
		{ "token", c->token },
		{ "key_authorization", c->key_authorization },
		{ "thumbprints", c->thumbprints },
		{ "names", c->names },
		{ 0 },
	};

	return fake_rows(cells);
}

static void test_good(void **state UNUSED)
{
	static const struct claimed good[] = {
		{ "http-01", "dns", "a.example", "f", TOKEN, TOKEN ".x", NULL, NULL },
		{ "http-01", "ip", "2001:db8::1", "f", TOKEN, TOKEN ".x", NULL, NULL },
		{ "dns-01", "dns", "a.example", "t", TOKEN, TOKEN ".x", NULL, NULL },
		{ "dns-persist-01", "dns", "a.example", "f", NULL, NULL, "[\"t1\"]", NULL },
		{ "caa", NULL, NULL, NULL, NULL, NULL, NULL,
		  "[{\"name\":\"a.example\",\"methods\":[\"http-01\",\"dns-01\"]},"
		  "{\"name\":\"*.b.example\",\"methods\":[\"dns-01\"]}]" },
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		auto_(db_rows) struct db_rows     *rows = rows_of(&good[i], "2");
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct job                        *job = job_new(&env, rows, 0);

		assert_int_equal(job_check(job, rows, 0, &p), 0);
		assert_int_equal(job->number, 7);
		assert_int_equal(job->failures, 2);
		assert_ptr_equal(job->attempt.env, &env);
		assert_string_equal(job->attempt.account_uri, "https://ca.example/account/AZMFAAAAcACAAAAAAAAAAA");
		if (good[i].identifier) {
			assert_string_equal(job->attempt.identifier, good[i].identifier);
			assert_int_equal(job->attempt.ident->wildcard, *good[i].wildcard == 't');
		} else {
			assert_null(job->attempt.ident);
			assert_int_equal(json_object_array_length(job->attempt.names), 2);
		}
		assert_int_equal(!!job->attempt.thumbprints, !!good[i].thumbprints);
		job_free(job);
	}
}

static void test_bad(void **state UNUSED)
{
	static const struct {
		struct claimed row;
		const char    *says;
	} bad[] = {
		{ { "http-02", "dns", "a.example", "f", TOKEN, "k", NULL, NULL }, "no method http-02" },
		{ { "http-01", "dns", "a.example", "t", TOKEN, "k", NULL, NULL },
		  "http-01 does not validate *.a.example" },
		{ { "dns-01", "ip", "192.0.2.1", "f", TOKEN, "k", NULL, NULL }, "dns-01 does not validate 192.0.2.1" },
		{ { "http-01", "ip", "192.0.2.01", "f", TOKEN, "k", NULL, NULL }, "" },
		{ { "http-01", "dns", "a/../b.example", "f", TOKEN, "k", NULL, NULL }, "" },
		{ { "http-01", "email", "a.example", "f", TOKEN, "k", NULL, NULL }, "" },
		{ { "http-01", NULL, NULL, "f", TOKEN, "k", NULL, NULL }, "" },
		{ { "http-01", "dns", "a.example", "f", "../x", "k", NULL, NULL }, "token" },
		{ { "http-01", "dns", "a.example", "f", "", "k", NULL, NULL }, "token" },
		{ { "http-01", "dns", "a.example", "f", NULL, "k", NULL, NULL }, "token" },
		{ { "http-01", "dns", "a.example", "f", TOKEN, NULL, NULL, NULL }, "token" },
		{ { .type = "caa" }, "0 names" },
		{ { .type = "caa", .names = "[]" }, "0 names" },
		{ { .type = "caa", .names = "{}" }, "0 names" },
		{ { .type = "caa", .names = "not JSON" }, "0 names" },
		{ { .type = "caa", .names = "[\"a.example\"]" }, "validated with nothing" },
		{ { .type = "caa", .names = "[{\"name\":\"a.example\"}]" }, "validated with nothing" },
		{ { .type = "caa", .names = "[{\"name\":\"a.example\",\"methods\":[\"dns-01\",\"caa\"]}]" },
		  "validated with caa" },
		{ { .type = "caa", .names = "[{\"name\":\"a.example\",\"methods\":[]}]" }, "validated with nothing" },
		{ { .type = "caa", .names = "[{\"name\":\"a.example\",\"methods\":\"dns-01\"}]" },
		  "validated with nothing" },
		{ { .type = "caa", .names = "[{\"name\":\"a.example\",\"methods\":[null]}]" }, "validated with null" },
		{ { .type = "caa", .names = "[{\"name\":\"192.0.2.1\",\"methods\":[\"http-01\"]}]" }, "" },
		{ { .type = "caa", .names = "[{\"methods\":[\"http-01\"]}]" }, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_(db_rows) struct db_rows     *rows = rows_of(&bad[i].row, "0");
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct job                        *job = job_new(&env, rows, 0);

		assert_true(job_check(job, rows, 0, &p) < 0);
		if (!strstr(p.detail, bad[i].says))
			fail_msg("row %zu: %s", i, p.detail);
		job_free(job);
	}
}

static int64_t delay_after(enum prob_code code, const char *failures)
{
	static const struct claimed    row = { "http-01", "dns", "a.example", "f", TOKEN, "k", NULL, NULL };
	auto_(db_rows) struct db_rows *rows = rows_of(&row, failures);
	struct job                    *job = job_new(&env, rows, 0);
	int64_t                        delay;

	if (code != PROB_NONE)
		problem_set(&job->outcome, code, "it failed");
	delay = job_retry_delay(job);
	job_free(job);
	return delay;
}

static void test_retry_delay(void **state UNUSED)
{
	assert_int_equal(delay_after(PROB_NONE, "0"), -1);
	assert_int_equal(delay_after(PROB_UNAUTHORIZED, "0"), -1);
	assert_int_equal(delay_after(PROB_DNSSEC, "0"), -1);
	assert_int_equal(delay_after(PROB_NO_RECORD, "0"), -1);
	assert_int_equal(delay_after(PROB_FORBIDDEN_ADDRESS, "0"), -1);
	assert_int_equal(delay_after(PROB_CAA, "0"), -1);
	assert_int_equal(delay_after(PROB_DNS, "0"), 2000);
	assert_int_equal(delay_after(PROB_CONNECTION, "1"), 4000);
	assert_int_equal(delay_after(PROB_CONNECTION, "2"), 8000);
	assert_int_equal(delay_after(PROB_CONNECTION, "3"), -1);
	conf.validator.retries = 20;
	assert_int_equal(delay_after(PROB_DNS, "7"), 256000);
	assert_int_equal(delay_after(PROB_DNS, "8"), 300000);
	assert_int_equal(delay_after(PROB_DNS, "19"), 300000);
	conf.validator.retries = 0;
	assert_int_equal(delay_after(PROB_DNS, "0"), -1);
	conf.validator.retries = 3;
}

/* It may be asked for again when the database was away. */
static void test_record(void **state UNUSED)
{
	static const struct claimed    row = { "http-01", "dns", "a.example", "f", TOKEN, "k", NULL, NULL };
	auto_(db_rows) struct db_rows *rows = rows_of(&row, "0");
	struct job                    *job = job_new(&env, rows, 0);

	js_append_text(job->attempt.shown, "x");
	js_add_text(job->attempt.record, "perspective", "eu");
	for (int i = 0; i < 2; i++)
		assert_string_equal(job_record(job), "{\"perspective\":\"eu\",\"validationRecord\":[\"x\"]}");
	job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_retry_delay),
		cmocka_unit_test(test_record),
	};

	link_setup("https://ca.example");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "ctl/arg.h"

#define TEXT "AZMFAAAAcACAAAAAAAAAAQ"

static const char *const same[] = {
	TEXT,
	"https://ca.example/acme/order/" TEXT,
	"/" TEXT,
	"01930500-0000-7000-8000-000000000001",
	"01930500000070008000000000000001",
	"01:93:05:00:00:00:70:00:80:00:00:00:00:00:00:01",
};

static const char *const refused[] = {
	"",
	"42",
	"https://ca.example/acme/order/" TEXT "/finalize",
	"https://ca.example/acme/order/" TEXT "/",
	"AZMFAAAAcACAAAAAAAAAAQA",
	"AZMFAAAAcACAAAAAAAAAAR", /* unused bits set */
	"0193050000007000800000000000000",
	"019305000000700080000000000000011",
	"0193050000007000800000000000000g",
	"01930500-0000-7000-8000-00000000000",
};

static void test_same(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		char                               text[ID_TEXT_LEN + 1];
		struct id                          id;

		assert_int_equal(arg_id(same[i], &id, &p), 0);
		id_to_text(&id, text);
		assert_string_equal(text, TEXT);
	}
}

static void test_refused(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct id                          id;

		assert_int_equal(arg_id(refused[i], &id, &p), -PROB_CONFIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

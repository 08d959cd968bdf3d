/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "responder/req.h"
#include "responder/route.h"

#define ID "AaIAAdB-cIOkNL8nNOKtOw"

static void test_paths(void **state UNUSED)
{
	static const struct {
		const char *path, *name, *word;
	} cases[] = {
		{ "/directory", "directory", "" },
		{ "/new-nonce", "newNonce", "" },
		{ "/account/" ID, "account", "" },
		{ "/order/" ID, "order", "" },
		{ "/order/" ID "/finalize", "finalize", "" },
		{ "/challenge/" ID "/dns-01", "challenge", "dns-01" },
		{ "/cert/" ID, "certificate", "" },
		{ "/cert/" ID "/1", "alternate", "1" },
		{ "/renewal-info/" ID ".AA/x", "renewalInfo", "" },
		{ "/renewal-info", NULL, "" },
		{ "/renewal-info/", NULL, "" },
		{ "", NULL, "" },
		{ "/", NULL, "" },
		{ "/directory/", NULL, "" },
		{ "/directoryx", NULL, "" },
		{ "/Directory", NULL, "" },
		{ "/order/", NULL, "" },
		{ "/order/" ID "x", NULL, "" },
		{ "/order/AaIAAdB-cIOkNL8nNOKtOx", NULL, "" }, /* unused bits set */
		{ "/order/" ID "/", NULL, "" },
		{ "/order/%s", NULL, "" },
		{ "/challenge/" ID "/", NULL, "" },
		{ "/challenge/" ID "/DNS-01", NULL, "" },
		{ "/challenge/" ID "/dns-01/x", NULL, "" },
		{ "/challenge/" ID "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL, "" },
		{ "/account/" ID "/orders", "orders", "" },
		{ "/account/" ID "/orders/", NULL, "" },
		{ "/terms/" ID "/00112233445566778899aabbccddeeff01", "terms", "00112233445566778899aabbccddeeff01" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct route_args      args = { 0 };
		const struct resource *found = rt_find(cases[i].path, &args);

		if (!cases[i].name) {
			assert_null(found);
			continue;
		}
		assert_non_null(found);
		assert_string_equal(found->name, cases[i].name);
		assert_string_equal(args.word, cases[i].word);
	}
}

static void test_methods(void **state UNUSED)
{
	assert_int_equal(rt_methods(&rt_directory), REQ_GET | REQ_HEAD | REQ_POST | REQ_OPTIONS);
	assert_int_equal(rt_methods(&rt_order), REQ_POST | REQ_OPTIONS);
	assert_int_equal(rt_methods(&rt_terms), REQ_GET | REQ_HEAD | REQ_POST | REQ_OPTIONS);
}

static void test_selfcheck(void **state UNUSED)
{
	rt_selfcheck();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_selfcheck),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}

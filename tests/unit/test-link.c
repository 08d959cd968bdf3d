/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "acme/link.h"

#define BASE    "https://ca.example:14000/acme"
#define ID_TEXT "AZMFAAAAcACAAAAAAAAAAA"

static const struct id some_id = { { 0x01, 0x93, 0x05, 0, 0, 0, 0x70, 0, 0x80 } };

static void assert_url(char *url, const char *expected)
{
	assert_string_equal(url, expected);
	free(url);
}

static void test_made(void **state UNUSED)
{
	assert_url(link_plain(LINK_DIRECTORY), BASE "/directory");
	assert_url(link_id(LINK_ACCOUNT, &some_id), BASE "/account/" ID_TEXT);
	assert_url(link_id(LINK_ORDER, &some_id), BASE "/order/" ID_TEXT);
	assert_url(link_id(LINK_FINALIZE, &some_id), BASE "/order/" ID_TEXT "/finalize");
	assert_url(link_id(LINK_AUTHORIZATION, &some_id), BASE "/authz/" ID_TEXT);
	assert_url(link_id(LINK_CERTIFICATE, &some_id), BASE "/cert/" ID_TEXT);
	assert_url(link_id(LINK_ORDERS, &some_id), BASE "/account/" ID_TEXT "/orders");
	assert_url(link_word(LINK_TERMS, &some_id, "00ff"), BASE "/terms/" ID_TEXT "/00ff");
	assert_url(link_word(LINK_CHALLENGE, &some_id, "http-01"), BASE "/challenge/" ID_TEXT "/http-01");
}

static void test_account_taken_apart(void **state UNUSED)
{
	static const char *const wrong[] = {
		"",
		ID_TEXT,
		BASE "/account/",
		BASE "/account/" ID_TEXT "/",
		BASE "/account/" ID_TEXT "A",
		BASE "/account/" ID_TEXT "?x",
		BASE "/account/" ID_TEXT "/orders",
		BASE "/account/%s",
		BASE "/account/AZMFAAAAcACAAAAAAAAAAB", /* unused bits set */
		BASE "/account/AZMFAAAAcACAAAAAAAAAA",
		BASE "/account//" ID_TEXT,
		BASE "/order/" ID_TEXT,
		"http://ca.example:14000/acme/account/" ID_TEXT,
		"https://ca.example/acme/account/" ID_TEXT,
		"HTTPS://ca.example:14000/acme/account/" ID_TEXT,
		" " BASE "/account/" ID_TEXT,
	};
	struct id id = { 0 };

	assert_true(link_account_id(BASE "/account/" ID_TEXT, &id));
	assert_memory_equal(&id, &some_id, sizeof(id));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(link_account_id(wrong[i], &id));
}

static int set_up(void **state UNUSED)
{
	link_setup(BASE);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_account_taken_apart),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

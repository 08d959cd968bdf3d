/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "pki/cert-id.h"

#define KEY_ID "aYhba4dGQEHhs3uEe6CuLN4ByNQ"

/* RFC 9773 4.1 */
static void test_example(void **state UNUSED)
{
	static const uint8_t               key_id[] = { 0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3,
		                                        0x7b, 0x84, 0x7b, 0xa0, 0xae, 0x2c, 0xde, 0x01, 0xc8, 0xd4 };
	static const uint8_t               serial[] = { 0x00, 0x87, 0x65, 0x43, 0x21 };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct cert_id                     cert;
	struct id                          id;

	assert_int_equal(cert_id_from_text(KEY_ID ".AIdlQyE", &cert, &p), 0);
	assert_int_equal(cert.key_id_len, sizeof(key_id));
	assert_memory_equal(cert.key_id, key_id, sizeof(key_id));
	assert_int_equal(cert.serial_len, sizeof(serial));
	assert_memory_equal(cert.serial, serial, sizeof(serial));
	assert_false(cert_id_to_id(&cert, &id));
}

/* clang-format off */
static const struct {
	const char *what, *text;
} malformed[] = {
	{ "nothing",                   "" },
	{ "a dot",                     "." },
	{ "no dot",                    KEY_ID },
	{ "two dots",                  KEY_ID ".AIdlQyE." },
	{ "three parts",               KEY_ID ".AIdlQyE.AIdlQyE" },
	{ "no key identifier",         ".AIdlQyE" },
	{ "no serial",                 KEY_ID "." },
	{ "padding",                   KEY_ID "=.AIdlQyE=" },
	{ "the other alphabet",        "aYhba4dGQEHhs3uEe6CuLN4By+/.AIdlQyE" },
	{ "a blank",                   KEY_ID ". AIdlQyE" },
	{ "unused bits",               KEY_ID ".AIdlQyF" },
	{ "a length that cannot be",   KEY_ID ".AIdlQ" },
	{ "a zero too many",           KEY_ID ".AAFlQyE" },
	{ "ones too many",             KEY_ID "._4dlQyE" },
	{ "a serial of 22 octets",     KEY_ID ".AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ" },
	{ "a key identifier too long", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
	                               ".AIdlQyE" },
};
/* clang-format on */

static void test_malformed(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct cert_id                     cert = { .key_id_len = 99 };

		print_message("# %s\n", malformed[i].what);
		assert_int_equal(cert_id_from_text(malformed[i].text, &cert, &p), -PROB_MALFORMED);
		assert_int_equal(cert.key_id_len, 99);
	}
}

/* clang-format off */
static const struct {
	const char *what, *serial, *uuid; /* NULL: no id in it */
} serials[] = {
	{ "as chert makes it",        "AZMFAAAAcACAAAAAAAAAAQ",   "01930500-0000-7000-8000-000000000001" },
	{ "the top bit set",          "AP-TBQAAAHAAgAAAAAAAAAE",  "ff930500-0000-7000-8000-000000000001" },
	{ "the same without a zero",  "k5MFAAAAcACAAAAAAAAAAQ",   NULL },
	{ "another version",          "AZMFAAAAQACAAAAAAAAAAQ",   NULL },
	{ "another variant",          "AZMFAAAAcADAAAAAAAAAAQ",   NULL },
	{ "short",                    "AZMFAAAAcACAAAAAAAAA",     NULL },
	{ "long",                     "AZMFAAAAcACAAAAAAAAAAQE",  NULL },
	{ "zero",                     "AA",                       NULL },
};
/* clang-format on */

static void test_ids(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(serials); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		char                               text[CERT_ID_LEN_MAX + 1], uuid[ID_UUID_LEN + 1];
		struct cert_id                     cert;
		struct id                          id;

		print_message("# %s\n", serials[i].what);
		snprintf(text, sizeof(text), "%s.%s", KEY_ID, serials[i].serial);
		assert_int_equal(cert_id_from_text(text, &cert, &p), 0);
		assert_int_equal(cert_id_to_id(&cert, &id), serials[i].uuid != NULL);
		if (!serials[i].uuid)
			continue;
		id_to_uuid(&id, uuid);
		assert_string_equal(uuid, serials[i].uuid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests_name("cert-id", tests, NULL, NULL);
}

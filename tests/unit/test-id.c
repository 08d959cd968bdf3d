/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/clk.h"
#include "base/hex.h"
#include "base/id.h"

/* RFC 9562 A.6: its UUIDv7 example, of 2022-02-22T19:22:22Z */
#define RFC_UUID "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define RFC_TIME (INT64_C(1645557742) * CLK_SECOND)

static void test_forms(void **state UNUSED)
{
	struct id id, again;
	char      uuid[ID_UUID_LEN + 1], text[ID_TEXT_LEN + 1];

	assert_true(id_from_uuid(RFC_UUID, &id));
	assert_int_equal(id_time(&id), RFC_TIME);
	id_to_uuid(&id, uuid);
	assert_string_equal(uuid, RFC_UUID);
	id_to_text(&id, text);
	assert_string_equal(text, "AX8i4nmwfMOYxNwMDAc5jw");
	assert_true(id_from_text(text, strlen(text), &again));
	assert_memory_equal(&id, &again, sizeof(id));
}

static void test_refused_texts(void **state UNUSED)
{
	static const char *const texts[] = {
		"",
		"AX8i4nmwfMOYxNwMDAc5j",
		"AX8i4nmwfMOYxNwMDAc5jwA",
		"AX8i4nmwfMOYxNwMDAc5jx", /* unused bits set */
		"AX8i4nmwfMOYxNwMDAc5j=",
		"AX8i4nmwfMOYxNwMDAc5/w",
	};
	struct id id;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(id_from_text(texts[i], strlen(texts[i]), &id));
}

static void test_refused_uuids(void **state UNUSED)
{
	static const char *const uuids[] = {
		"",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
		"017f22e279b07cc398c4dc0c0c07398f",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
		"017f22e2079b0-7cc3-98c4-dc0c0c07398f",
		"{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
	};
	struct id id;

	for (size_t i = 0; i < ARRAY_LEN(uuids); i++)
		assert_false(id_from_uuid(uuids[i], &id));
}

static void test_stamp(void **state UNUSED)
{
	struct id id;

	memset(&id, 0xff, sizeof(id));
	id_stamp(&id, RFC_TIME + 999);
	assert_int_equal(id_time(&id), RFC_TIME);
	assert_int_equal(id.b[6], 0x7f);
	assert_int_equal(id.b[8], 0xbf);
	memset(&id, 0, sizeof(id));
	id_stamp(&id, RFC_TIME + 1000);
	assert_int_equal(id_time(&id), RFC_TIME + 1000);
	assert_int_equal(id.b[6], 0x70);
	assert_int_equal(id.b[8], 0x80);
}

static void test_hex(void **state UNUSED)
{
	static const unsigned char bytes[] = { 0x00, 0x09, 0xaf, 0xff };
	unsigned char              out[4];
	char                       text[9];

	hex_encode(bytes, sizeof(bytes), text);
	assert_string_equal(text, "0009afff");
	assert_true(hex_decode("0009AFff", 8, out, sizeof(out)));
	assert_memory_equal(out, bytes, sizeof(bytes));
	assert_false(hex_decode("0009aff", 7, out, sizeof(out)));
	assert_false(hex_decode("0009aff", 7, out, 3));
	assert_false(hex_decode("0009af", 6, out, sizeof(out)));
	assert_false(hex_decode("0009afffff", 10, out, sizeof(out)));
	assert_false(hex_decode("0009afgf", 8, out, sizeof(out)));
	assert_false(hex_decode("0x09afff", 8, out, sizeof(out)));
	assert_true(hex_decode("", 0, out, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),         cmocka_unit_test(test_refused_texts),
		cmocka_unit_test(test_refused_uuids), cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

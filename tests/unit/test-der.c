/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "pki/der.h"

/* clang-format off */
static const struct {
	const char *what;
	uint8_t     bytes[8];
	size_t      len;
	int         tag; /* -1: refused */
	size_t      content, left;
} elements[] = {
	{ "an empty sequence",        { 0x30, 0x00 },                         2, 0x30, 0, 0 },
	{ "something behind it",      { 0x02, 0x01, 0x05, 0x05, 0x00 },       5, 0x02, 1, 2 },
	{ "nothing",                  { 0 },                                  0, -1,   0, 0 },
	{ "a tag alone",              { 0x30 },                               1, -1,   0, 0 },
	{ "contents cut short",       { 0x04, 0x03, 0x01, 0x02 },             4, -1,   0, 0 },
	{ "the indefinite form",      { 0x30, 0x80, 0x00, 0x00 },             4, -1,   0, 0 },
	{ "a long form for 1 octet",  { 0x04, 0x81, 0x01, 0x00 },             4, -1,   0, 0 },
	{ "a length with zero octet", { 0x04, 0x82, 0x00, 0x01, 0x00 },       5, -1,   0, 0 },
	{ "a length cut short",       { 0x04, 0x82, 0x01 },                   3, -1,   0, 0 },
	{ "a length of five octets",  { 0x04, 0x85, 1, 0, 0, 0, 0, 0 },       8, -1,   0, 0 },
	{ "a huge length",            { 0x04, 0x84, 0xff, 0xff, 0xff, 0xff }, 6, -1,   0, 0 },
	{ "a tag of two octets",      { 0x1f, 0x81, 0x01, 0x00 },             4, -1,   0, 0 },
};
/* clang-format on */

static void test_elements(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		struct der in = { elements[i].bytes, elements[i].len }, content, whole;
		bool       good = elements[i].tag >= 0;

		print_message("# %s\n", elements[i].what);
		assert_int_equal(der_peek(&in), elements[i].tag);
		assert_int_equal(
			der_take(&in, good ? (uint8_t)elements[i].tag : elements[i].bytes[0], &content, &whole), good);
		if (!good) {
			assert_ptr_equal(in.p, elements[i].bytes);
			assert_int_equal(in.len, elements[i].len);
			continue;
		}
		assert_int_equal(content.len, elements[i].content);
		assert_int_equal(in.len, elements[i].left);
		assert_int_equal(whole.len, elements[i].len - elements[i].left);
	}
}

static void test_other_tag_is_left(void **state UNUSED)
{
	struct der in = { (const uint8_t[]){ 0x02, 0x01, 0x05 }, 3 }, content;

	assert_false(der_take(&in, DER_OCTET_STRING, &content, NULL));
	assert_int_equal(in.len, 3);
	assert_true(der_take(&in, DER_INTEGER, &content, NULL));
	assert_int_equal(in.len, 0);
}

/* Every length at which the header grows. */
static void test_round_trip(void **state UNUSED)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 255, 256, 65535, 65536 };
	static uint8_t      memory[65536 + 16], bytes[65536];

	memset(bytes, 0xa5, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct der_out out;
		struct der     in, content;

		der_out_init(&out, memory, sizeof(memory));
		der_put(&out, DER_OCTET_STRING, bytes, lengths[i]);
		assert_false(out.failed);
		in = (struct der){ out.pos, (size_t)(out.end - out.pos) };
		assert_true(der_take(&in, DER_OCTET_STRING, &content, NULL));
		assert_int_equal(content.len, lengths[i]);
		assert_memory_equal(content.p, bytes, lengths[i]);
		assert_int_equal(in.len, 0);
	}
}

static void test_nested(void **state UNUSED)
{
	static const uint8_t expected[] = { 0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00 };
	uint8_t              memory[16];
	struct der_out       out;
	const uint8_t       *mark;

	der_out_init(&out, memory, sizeof(memory));
	mark = out.pos;
	der_put(&out, DER_NULL, NULL, 0);
	der_put(&out, DER_INTEGER, "\x07", 1);
	der_wrap(&out, mark, DER_SEQUENCE);
	assert_int_equal(out.end - out.pos, sizeof(expected));
	assert_memory_equal(out.pos, expected, sizeof(expected));
}

static void test_full_buffer_fails_for_good(void **state UNUSED)
{
	uint8_t        memory[4];
	struct der_out out;

	der_out_init(&out, memory, sizeof(memory));
	der_put(&out, DER_OCTET_STRING, "abc", 3);
	assert_true(out.failed);
	der_put_raw(&out, "a", 0);
	der_put_raw(&out, "a", 1);
	assert_true(out.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_other_tag_is_left),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_full_buffer_fails_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "validator/dns-wire.h"

#define MESSAGE_MAX 65536
#define QUESTION    "\1a\4test\0" /* its name stands at offset 12 */
#define AT_QUESTION "\xc0\x0c"

static void add_u16(struct buf *b, unsigned n)
{
	buf_addc(b, (char)(n >> 8));
	buf_addc(b, (char)(n & 0xff));
}

/* Header and question; `answers` records follow. */
static void begin(struct buf *b, unsigned rcode, unsigned answers, unsigned type)
{
	add_u16(b, 0x1234);
	add_u16(b, 0x8180 | rcode);
	add_u16(b, 1);
	add_u16(b, answers);
	add_u16(b, 0);
	add_u16(b, 0);
	buf_add(b, QUESTION, sizeof(QUESTION) - 1);
	add_u16(b, type);
	add_u16(b, 1);
}

static void add_record(struct buf *b, const char *owner, size_t owner_len, unsigned type, const char *data,
                       size_t data_len)
{
	buf_add(b, owner, owner_len);
	add_u16(b, type);
	add_u16(b, 1);
	add_u16(b, 0);
	add_u16(b, 60);
	add_u16(b, (unsigned)data_len);
	buf_add(b, data, data_len);
}

#define ADD(b, owner, type, data) add_record(b, owner, sizeof(owner) - 1, type, data, sizeof(data) - 1)

static int parse(const struct buf *b, enum dns_type type, struct dns_records *ret)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	return dns_wire_parse(buf_str(b), b->len, type, ret, &p);
}

static void expect(const struct dns_records *records, size_t i, const char *text)
{
	assert_true(i < records->n);
	assert_int_equal(records->items[i].len, strlen(text));
	assert_memory_equal(records->items[i].data, text, strlen(text));
}

static void test_txt_strings_are_joined(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, 3, DNS_TXT);
	ADD(&b, AT_QUESTION, DNS_TXT, "\3one\0\3two");
	ADD(&b, AT_QUESTION, DNS_TXT, "\1x");
	ADD(&b, AT_QUESTION, DNS_TXT, "\0");
	assert_int_equal(parse(&b, DNS_TXT, &found), 0);
	assert_int_equal(found.n, 3);
	expect(&found, 0, "onetwo");
	expect(&found, 1, "x");
	expect(&found, 2, "");
	dns_records_clear(&found);
}

static void test_chain_is_followed(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, 4, DNS_A);
	ADD(&b, "\1A\4TEST\0", DNS_CNAME, "\1b\xc0\x0e");
	ADD(&b, "\1x\4test\0", DNS_A, "\1\1\1\1");
	ADD(&b, "\1b\4test\0", DNS_CNAME, "\1c\0");
	ADD(&b, "\1c\0", DNS_A, "\1\2\3\4");
	assert_int_equal(parse(&b, DNS_A, &found), 0);
	assert_int_equal(found.n, 1);
	expect(&found, 0, "\1\2\3\4");
	assert_string_equal(found.owner, "c");
	dns_records_clear(&found);
}

/* A ring is as long as the answer; a resolver that follows it for us stops somewhere. */
static void test_chain_is_bounded(void **state UNUSED)
{
	for (unsigned n = DNS_CHAIN_MAX; n <= DNS_CHAIN_MAX + 1; n++) {
		auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
		struct dns_records         found = { 0 };

		begin(&b, 0, n, DNS_TXT);
		for (unsigned i = 0; i < n; i++)
			ADD(&b, AT_QUESTION, DNS_CNAME, AT_QUESTION);
		assert_int_equal(parse(&b, DNS_TXT, &found), n <= DNS_CHAIN_MAX ? 0 : -PROB_DNS);
		dns_records_clear(&found);
	}
}

static void test_caa_is_left_as_it_is(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, 2, DNS_CAA);
	ADD(&b, AT_QUESTION, DNS_CNAME, "\1b\xc0\x0e");
	ADD(&b, "\1B\4test\0", DNS_CAA, "\200\5issue;");
	assert_int_equal(parse(&b, DNS_CAA, &found), 0);
	assert_int_equal(found.n, 1);
	expect(&found, 0, "\200\5issue;");
	assert_string_equal(found.owner, "b.test");
	dns_records_clear(&found);
}

static void test_zone_of_negative_answer(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, DNS_NXDOMAIN, 0, DNS_TXT);
	b.data[9] = 2; /* records in the authority section */
	ADD(&b, "\4test\0", 46, "signature");
	ADD(&b, "\4TEST\0", DNS_SOA, "not looked into");
	assert_int_equal(parse(&b, DNS_TXT, &found), 0);
	assert_string_equal(found.owner, "a.test");
	assert_string_equal(found.zone, "test");
	dns_records_clear(&found);
}

static void test_zone_that_answers(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, 1, DNS_SOA);
	ADD(&b, AT_QUESTION, DNS_SOA, "not looked into");
	assert_int_equal(parse(&b, DNS_SOA, &found), 0);
	assert_string_equal(found.zone, "a.test");
	dns_records_clear(&found);
}

static void test_servers_are_names(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, 3, DNS_NS);
	ADD(&b, AT_QUESTION, DNS_NS, "\2NS" AT_QUESTION);
	ADD(&b, AT_QUESTION, DNS_NS, "\4a.\"\n\4test\0");
	ADD(&b, AT_QUESTION, DNS_NS, "\0");
	assert_int_equal(parse(&b, DNS_NS, &found), 0);
	expect(&found, 0, "ns.a.test");
	expect(&found, 1, "a\\046\\034\\010.test");
	expect(&found, 2, ".");
	dns_records_clear(&found);
}

static void test_longest_name_fits(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX), name = BUF_INIT(255);
	struct dns_records         found = { 0 };

	for (int i = 0; i < 127; i++)
		buf_add(&name, "\1\377", 2);
	buf_addc(&name, '\0');
	assert_int_equal(name.len, 255);
	begin(&b, 0, 1, DNS_NS);
	add_record(&b, AT_QUESTION, 2, DNS_NS, name.data, name.len);
	assert_int_equal(parse(&b, DNS_NS, &found), 0);
	assert_int_equal(found.items[0].len, 127 * 5 - 1);
	dns_records_clear(&found);
}

static void test_other_records_are_left_out(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, DNS_NXDOMAIN, 2, DNS_AAAA);
	ADD(&b, AT_QUESTION, DNS_A, "\1\1\1\1");
	ADD(&b, AT_QUESTION, 46, "signature");
	assert_int_equal(parse(&b, DNS_AAAA, &found), 0);
	assert_int_equal(found.n, 0);
	assert_int_equal(found.rcode, DNS_NXDOMAIN);
}

static void test_bad_records(void **state UNUSED)
{
	static const struct {
		const char *owner;
		size_t      owner_len;
		unsigned    type;
		const char *data;
		size_t      data_len;
	} records[] = {
		{ AT_QUESTION, 2, DNS_A, "\1\2\3", 3 },          /* too short */
		{ AT_QUESTION, 2, DNS_AAAA, "\1\2\3\4", 4 },     /* likewise */
		{ AT_QUESTION, 2, DNS_TXT, "\5abcd", 5 },        /* string past the end */
		{ AT_QUESTION, 2, DNS_CNAME, "\1b\0x", 4 },      /* bytes after the target */
		{ AT_QUESTION, 2, DNS_CNAME, "\1b\xc0\xff", 4 }, /* pointer forward */
		{ "\xc0\x1a", 2, DNS_A, "\1\2\3\4", 4 },         /* pointer to itself */
		{ "\x40", 1, DNS_A, "\1\2\3\4", 4 },             /* reserved label type */
		{ "\x3f", 1, DNS_A, "\1\2\3\4", 4 },             /* label past the end */
	};

	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
		struct dns_records         found = { 0 };
		unsigned                   type = records[i].type == DNS_CNAME ? DNS_A : records[i].type;

		begin(&b, 0, 1, type);
		add_record(&b, records[i].owner, records[i].owner_len, records[i].type, records[i].data,
		           records[i].data_len);
		assert_int_equal(parse(&b, (enum dns_type)type, &found), -PROB_DNS);
		dns_records_clear(&found);
	}
}

static void test_name_too_long(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, 1, DNS_A);
	for (int i = 0; i < 4; i++) {
		buf_addc(&b, 63);
		for (int j = 0; j < 63; j++)
			buf_addc(&b, 'x');
	}
	ADD(&b, "\0", DNS_A, "\1\2\3\4");
	assert_int_equal(parse(&b, DNS_A, &found), -PROB_DNS);
}

static void test_every_cut_is_refused(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	size_t                     len;

	begin(&b, 0, 1, DNS_TXT);
	ADD(&b, AT_QUESTION, DNS_TXT, "\3one");
	for (len = b.len; b.len-- > 0;) {
		struct dns_records found = { 0 };

		assert_int_equal(parse(&b, DNS_TXT, &found), -PROB_DNS);
		dns_records_clear(&found);
	}
	b.len = len;
}

static void test_number_is_bounded(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	struct dns_records         found = { 0 };

	begin(&b, 0, DNS_RECORDS_MAX + 1, DNS_A);
	for (int i = 0; i <= DNS_RECORDS_MAX; i++)
		ADD(&b, AT_QUESTION, DNS_A, "\1\2\3\4");
	assert_int_equal(parse(&b, DNS_A, &found), 0);
	assert_int_equal(found.n, DNS_RECORDS_MAX);
	dns_records_clear(&found);
}

/* An answer to the question with an OPT record of these options behind one of another type. */
static int extended(unsigned id, const char *options, size_t len, unsigned answer)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	uint8_t                    query[DNS_QUERY_MAX];
	size_t                     query_len = dns_wire_query(0x1234, "a.test", DNS_TXT, query);

	assert_int_not_equal(query_len, 0);
	begin(&b, 2, 0, DNS_TXT);
	b.data[0] = (char)(id >> 8);
	b.data[2] = (char)answer;
	b.data[11] = 2; /* records in the additional section */
	ADD(&b, AT_QUESTION, DNS_A, "\1\2\3\4");
	add_record(&b, "\0", 1, 41, options, len);
	return dns_wire_extended_error(b.data, b.len, query, query_len);
}

#define EXTENDED(options) extended(0x1234, options, sizeof(options) - 1, 0x81)

static void test_extended_error(void **state UNUSED)
{
	assert_int_equal(EXTENDED("\0\17\0\2\0\11"), 9);
	assert_int_equal(EXTENDED("\0\17\0\6\20\0text\0\17\0\2\0\11"), 0x1000);
	assert_int_equal(EXTENDED("\0\3\0\2xy\0\17\0\2\0\26"), 22);
	assert_int_equal(EXTENDED(""), DNS_NO_EXTENDED);
	assert_int_equal(EXTENDED("\0\17\0\1\0"), DNS_NO_EXTENDED);
	assert_int_equal(EXTENDED("\0\17\0\2\0"), DNS_NO_EXTENDED);
	assert_int_equal(EXTENDED("\0\3\0\377\0\17\0\2\0\11"), DNS_NO_EXTENDED);
	/* Neither that of another question, nor a question. */
	assert_int_equal(extended(0x4321, "\0\17\0\2\0\11", 6, 0x81), DNS_NO_EXTENDED);
	assert_int_equal(extended(0x1234, "\0\17\0\2\0\11", 6, 0x01), DNS_NO_EXTENDED);
}

static void test_query(void **state UNUSED)
{
	static const uint8_t expected[] = "\1\2\1\0\0\1\0\0\0\0\0\1\1a\4test\0\0\20\0\1\0\0\51\4\320\0\0\0\0\0";
	uint8_t              query[DNS_QUERY_MAX];
	char                 name[300];

	assert_int_equal(dns_wire_query(0x0102, "a.test", DNS_TXT, query), sizeof(expected));
	assert_memory_equal(query, expected, sizeof(expected));
	assert_int_equal(dns_wire_query(1, "a..test", DNS_TXT, query), 0);
	assert_int_equal(dns_wire_query(1, "a\\046.test", DNS_TXT, query), 0);
	memset(name, 'x', sizeof(name));
	for (size_t i = 50; i < sizeof(name); i += 50)
		name[i] = '.';
	name[253] = '\0';
	assert_int_not_equal(dns_wire_query(1, name, DNS_TXT, query), 0);
	name[253] = 'x';
	name[254] = '\0';
	assert_int_equal(dns_wire_query(1, name, DNS_TXT, query), 0);
	name[0] = '.';
	assert_int_equal(dns_wire_query(1, name, DNS_TXT, query), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_txt_strings_are_joined),
		cmocka_unit_test(test_chain_is_followed),
		cmocka_unit_test(test_chain_is_bounded),
		cmocka_unit_test(test_caa_is_left_as_it_is),
		cmocka_unit_test(test_zone_of_negative_answer),
		cmocka_unit_test(test_zone_that_answers),
		cmocka_unit_test(test_servers_are_names),
		cmocka_unit_test(test_longest_name_fits),
		cmocka_unit_test(test_other_records_are_left_out),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_name_too_long),
		cmocka_unit_test(test_every_cut_is_refused),
		cmocka_unit_test(test_number_is_bounded),
		cmocka_unit_test(test_extended_error),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

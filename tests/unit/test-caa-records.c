/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "validator/caa-records.h"

#define ACCOUNT "https://ca.example/acme/account/1"
#define OTHER   "https://ca.example/acme/account/2"

static char                   first_name[] = "ca.example", second_name[] = "ca2.example";
static char                  *own_names[] = { first_name, second_name };
static const struct conf_list identities = { own_names, ARRAY_LEN(own_names) };

/* "flags tag value", as in a zone file without quotes */
static void add(struct dns_records *records, const char *text)
{
	uint8_t     data[600];
	char       *tag;
	size_t      tag_len;
	const char *value;

	data[0] = (uint8_t)strtoul(text, &tag, 10);
	tag++;
	tag_len = strcspn(tag, " ");
	value = tag[tag_len] ? tag + tag_len + 1 : "";
	data[1] = (uint8_t)tag_len;
	memcpy(data + 2, tag, tag_len);
	memcpy(data + 2 + tag_len, value, strlen(value));
	dns_records_add(records, data, 2 + tag_len + strlen(value));
}

/* Made once, and kept. */
static struct json_object *dns_only(void)
{
	static struct json_object *methods;

	if (!methods)
		methods = json_tokener_parse("[\"dns-01\"]");
	return methods;
}

static struct caa_request request_for(bool wildcard)
{
	return (struct caa_request){
		.wildcard = wildcard,
		.methods = dns_only(),
		.account_uri = ACCOUNT,
		.identities = &identities,
	};
}

/* NULL when they permit it, else the detail; texts end with NULL. */
static const char *judge(const char *const *texts, const struct caa_request *request)
{
	static char                                detail[PROBLEM_DETAIL_MAX];
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(dns_records) struct dns_records records = { .owner = "example.net" };

	for (; *texts; texts++)
		add(&records, *texts);
	if (caa_judge(&records, request, &p) == 0) {
		assert_int_equal(p.code, PROB_NONE);
		return NULL;
	}
	assert_int_equal(p.code, PROB_CAA);
	assert_non_null(strstr(p.detail, "example.net"));
	memcpy(detail, p.detail, sizeof(detail));
	return detail;
}

#define RECORDS_MAX 5

struct judged {
	const char *texts[RECORDS_MAX];
	bool        plain, wildcard; /* permitted */
};

static void check(const struct judged *rows, size_t n)
{
	const struct caa_request plain = request_for(false), wildcard = request_for(true);

	for (size_t i = 0; i < n; i++) {
		if (!judge(rows[i].texts, &plain) != rows[i].plain)
			fail_msg("row %zu, %s: name %s", i, rows[i].texts[0], judge(rows[i].texts, &plain));
		if (!judge(rows[i].texts, &wildcard) != rows[i].wildcard)
			fail_msg("row %zu, %s: wildcard %s", i, rows[i].texts[0], judge(rows[i].texts, &wildcard));
	}
}

/* RFC 8659 4.2 to 4.5, with ca.example for the CA that is asked */
static void test_examples_of_rfc_8659(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 issue ca.example", "0 issue ca2.example.org" }, true, true },
		{ { "0 issue ca1.example.net", "0 issue ca2.example.org" }, false, false },
		{ { "0 issue ;" }, false, false },
		{ { "0 issue ;", "0 issue ca.example" }, true, true },
		{ { "0 issue %%%%%" }, false, false },
		{ { "0 issue ca.example; account=230123" }, true, true },
		{ { "0 issue ca.example; account=230123; policy=ev" }, true, true },
		{ { "0 issue ca1.example.net", "0 issuewild ca.example" }, false, true },
		{ { "0 issue ca.example", "0 issuewild ca1.example.net" }, true, false },
		{ { "0 issue ca.example", "0 issuewild ;" }, true, false },
		{ { "0 issuewild ;" }, true, false },
		{ { "0 issue ca.example", "0 iodef mailto:security@example.com" }, true, true },
		{ { "0 iodef mailto:security@example.com" }, true, true },
		{ { "0 issue ca.example", "128 tbs Unknown" }, false, false },
		{ { "0 issue ca.example", "0 tbs Unknown" }, true, true },
	};

	check(rows, ARRAY_LEN(rows));
}

static void test_no_records(void **state UNUSED)
{
	static const struct judged rows[] = { { { NULL }, true, true } };

	check(rows, ARRAY_LEN(rows));
}

/* conformance B5 */
static void test_what_does_not_restrict(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 unknown x" }, true, true },
		{ { "0 issuemail ;" }, true, true },
		{ { "0 issuevmc ;" }, true, true },
		{ { "0 contactemail a@example.com", "0 contactphone +1" }, true, true },
		{ { "0 issuewild other.example" }, true, false },
		{ { "0 iodef mailto:a@example.com", "0 issuemail ;", "0 x y" }, true, true },
	};

	check(rows, ARRAY_LEN(rows));
}

/* conformance B10, B16 */
static void test_case(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 ISSUE other.example" }, false, false },
		{ { "0 IsSuE CA.Example" }, true, true },
		{ { "0 issue other.example", "0 ISSUEWILD ca.example" }, false, true },
		{ { "0 issue ca.example", "0 IssueWild other.example" }, true, false },
		{ { "128 IODEF mailto:a@example.com" }, true, true },
		{ { "0 issue ca.example; AccountURI=" OTHER }, false, false },
		{ { "0 issue ca.example; VALIDATIONMETHODS=http-01" }, false, false },
	};

	check(rows, ARRAY_LEN(rows));
}

/* conformance B11 */
static void test_critical(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "128 issue ca.example" }, true, true },
		{ { "128 issue ca.example", "128 issuewild ca.example", "128 iodef mailto:a@b.c" }, true, true },
		{ { "128 issuemail ;", "128 issuevmc ;", "128 contactemail a@b.c", "128 contactphone 1" }, true, true },
		{ { "128 x y" }, false, false },
		{ { "255 x y" }, false, false },
		{ { "129 x y" }, false, false },
		{ { "127 x y" }, true, true },
		{ { "1 x y" }, true, true },
		{ { "128 issu ca.example" }, false, false },
		{ { "128 issues ca.example" }, false, false },
		{ { "0 issue ca.example", "128 x y", "0 issuewild ca.example" }, false, false },
	};

	check(rows, ARRAY_LEN(rows));
}

/* conformance B12 to B14, B16, B17 */
static void test_values(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 issue" }, false, false },
		{ { "0 issue  \t " }, false, false },
		{ { "0 issue \t ca.example \t ; \t a \t=\t b \t" }, true, true },
		{ { "0 issue ca2.example" }, true, true },
		{ { "0 issue ca.example; foo" }, false, false },
		{ { "0 issue ca.example; foo", "0 issue ca.example" }, true, true },
		{ { "0 issue ca.example; a=1;" }, false, false },
		{ { "0 issue ca.example." }, false, false },
		{ { "0 issue .ca.example" }, false, false },
		{ { "0 issue *.example" }, false, false },
		{ { "0 issue \"ca.example\"" }, false, false },
		{ { "0 issue www.ca.example" }, false, false },
		{ { "0 issue example" }, false, false },
		{ { "0 issue ca.example.other" }, false, false },
		{ { "0 issue c\xc3\xa1.example" }, false, false },
		{ { "0 issue ca.example; unknown=1; unknown=2" }, true, true },
	};

	check(rows, ARRAY_LEN(rows));
}

/* conformance B31, B32, B35 */
static void test_unsatisfiable(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 issue other.example; accounturi=" ACCOUNT }, false, false },
		{ { "0 issue ; accounturi=" ACCOUNT }, false, false },
		{ { "0 issue ca.example; accounturi=" ACCOUNT "; accounturi=" ACCOUNT }, false, false },
		{ { "0 issue ca.example; accounturi=" ACCOUNT "; AccountUri=" OTHER }, false, false },
		{ { "0 issue ca.example; accounturi=" }, false, false },
		{ { "0 issue ca.example; accounturi=%" }, false, false },
		{ { "0 issue ca.example; accounturi=" ACCOUNT "/" }, false, false },
		{ { "0 issue ca.example; accounturi=HTTPS://ca.example/acme/account/1" }, false, false },
		{ { "0 issue ca.example; validationmethods=" }, false, false },
		{ { "0 issue ca.example; validationmethods=," }, false, false },
		{ { "0 issue ca.example; validationmethods=dns-01," }, false, false },
		{ { "0 issue ca.example; validationmethods=,dns-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=http-01,,dns-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=http-01, dns-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=dns_01,dns-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=dns-01/dns-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=dns-01; validationmethods=dns-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=dns-01,%", "0 issue ca.example; accounturi=" ACCOUNT },
		  true,
		  true },
	};

	check(rows, ARRAY_LEN(rows));
}

/* conformance B34, B36, Q45 */
static void test_methods(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 issue ca.example; validationmethods=dns-01" }, true, true },
		{ { "0 issue ca.example; validationmethods=http-01,dns-01,tls-alpn-01" }, true, true },
		{ { "0 issue ca.example; validationmethods=http-01,tls-alpn-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=DNS-01" }, false, false },
		{ { "0 issue ca.example; validationmethods=dns-0" }, false, false },
		{ { "0 issue ca.example; validationmethods=dns-011" }, false, false },
		{ { "0 issue ca.example; validationmethods=ca-x,dns-01" }, true, true },
		{ { "0 issue ca.example; validationmethods=ca-tbr-7" }, true, true },
		{ { "0 issue ca.example; validationmethods=ca-tbr-19" }, false, false },
		{ { "0 issue ca.example; validationmethods=ca-tbr-77" }, false, false },
	};

	check(rows, ARRAY_LEN(rows));
}

/* Of several methods by which a name was validated one is enough, in whatever sequence. */
static void test_several_methods(void **state UNUSED)
{
	static const struct {
		const char *methods, *record;
		const char *detail; /* NULL: permitted */
	} rows[] = {
		{ "[\"dns-01\",\"http-01\"]", "0 issue ca.example; validationmethods=dns-01", NULL },
		{ "[\"http-01\",\"dns-01\"]", "0 issue ca.example; validationmethods=dns-01", NULL },
		{ "[\"http-01\",\"tls-alpn-01\"]", "0 issue ca.example; validationmethods=dns-01",
		  "for other validation methods, expected http-01, tls-alpn-01" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct caa_request request = request_for(false);
		const char        *detail;

		request.methods = json_tokener_parse(rows[i].methods);
		detail = judge((const char *const[]){ rows[i].record, NULL }, &request);
		json_object_put(request.methods);
		if (!detail != !rows[i].detail || (detail && !strstr(detail, rows[i].detail)))
			fail_msg("row %zu: %s", i, detail ? detail : "permitted");
	}
}

/* conformance B39: every account parameter with every list of methods, in issue and in issuewild */
static void test_matrix(void **state UNUSED)
{
	static const struct {
		const char *first, *second; /* second: of another record, or NULL */
		bool        ok;
	} accounts[] = {
		{ "", NULL, true },
		{ "; accounturi=" ACCOUNT, NULL, true },
		{ "; accounturi=" OTHER, NULL, false },
		{ "; accounturi=" OTHER, "; accounturi=" ACCOUNT, true },
		{ "; accounturi=" OTHER, "; accounturi=" OTHER "0", false },
	};
	static const struct {
		const char *text;
		bool        ok;
	} methods[] = {
		{ "", true },
		{ "; validationmethods=http-01,dns-01", true },
		{ "; validationmethods=http-01", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(accounts) * ARRAY_LEN(methods) * 2; i++) {
		const char     *tag = i % 2 ? "issuewild" : "issue";
		size_t          a = i / 2 % ARRAY_LEN(accounts), m = i / 2 / ARRAY_LEN(accounts);
		auto_free char *first = xasprintf("0 %s ca.example%s%s", tag, accounts[a].first, methods[m].text);
		auto_free char *second =
			xasprintf("0 %s ca.example%s%s", tag,
		                  accounts[a].second ? accounts[a].second : accounts[a].first, methods[m].text);
		const struct judged row = {
			.texts = { first, second },
			.plain = i % 2 || (accounts[a].ok && methods[m].ok),
			.wildcard = accounts[a].ok && methods[m].ok,
		};

		check(&row, 1);
	}
}

/* Account and method must be right in the same record. */
static void test_parameters_belong_to_their_record(void **state UNUSED)
{
	static const struct judged rows[] = {
		{ { "0 issue ca.example; accounturi=" ACCOUNT "; validationmethods=http-01",
		    "0 issue ca.example; accounturi=" OTHER "; validationmethods=dns-01" },
		  false,
		  false },
		{ { "0 issue ca.example; accounturi=" ACCOUNT "; validationmethods=http-01",
		    "0 issue ca.example; validationmethods=dns-01" },
		  true,
		  true },
	};

	check(rows, ARRAY_LEN(rows));
}

static int judge_raw(const uint8_t *data, size_t len, bool and_permitted)
{
	const struct caa_request                   request = request_for(false);
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(dns_records) struct dns_records records = { .owner = "example.net" };
	/* Of exactly this size, so that AddressSanitizer sees a read past the end. */
	auto_free uint8_t *exact = xmemdup(data, len);
	char               text[64];

	dns_records_add(&records, exact, len);
	caa_record_text(&records.items[0], text, sizeof(text));
	if (and_permitted)
		add(&records, "0 issue ca.example");
	return caa_judge(&records, &request, &p);
}

/* conformance B19: RDATA that cannot be taken apart permits nobody, but forbids only when it is critical. */
static void test_malformed_records(void **state UNUSED)
{
	static const struct {
		const char *data;
		size_t      len;
	} rows[] = {
		{ "", 0 },
		{ "\0", 1 },
		{ "\0\0", 2 },
		{ "\0\0issue", 7 },
		{ "\0\1", 2 },
		{ "\0\5issu", 6 },
		{ "\0\377i", 3 },
		{ "\0\5is-uecca.example", 17 },
		{ "\0\1\0a", 4 },
		{ "\0\6issue ca.example", 18 },
		{ "\0\2\xc3\xa9", 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t critical[32] = { 0x80 };

		assert_int_equal(judge_raw((const uint8_t *)rows[i].data, rows[i].len, false), -PROB_CAA);
		assert_int_equal(judge_raw((const uint8_t *)rows[i].data, rows[i].len, true), 0);
		if (rows[i].len < 1)
			continue;
		memcpy(critical + 1, rows[i].data + 1, rows[i].len - 1);
		assert_int_equal(judge_raw(critical, rows[i].len, true), -PROB_CAA);
	}
}

static void test_nul_in_a_value(void **state UNUSED)
{
	assert_int_equal(judge_raw((const uint8_t *)"\0\5issueca.example", 17, false), 0);
	assert_int_equal(judge_raw((const uint8_t *)"\0\5issueca.example\0", 18, false), -PROB_CAA);
	assert_int_equal(judge_raw((const uint8_t *)"\0\5issueca.example\0x", 19, false), -PROB_CAA);
}

static void test_longest_values(void **state UNUSED)
{
	auto_free uint8_t *data = xcalloc(UINT16_MAX, 1);

	memcpy(data, "\0\5issue", 7);
	memset(data + 7, 'a', UINT16_MAX - 7);
	assert_int_equal(judge_raw(data, UINT16_MAX, false), -PROB_CAA);
	assert_int_equal(judge_raw(data, UINT16_MAX, true), 0);
	assert_int_equal(judge_raw(data, 7 + 4096, false), -PROB_CAA);
	data[1] = 255;
	memset(data + 2, 'x', 255);
	assert_int_equal(judge_raw(data, 300, false), 0);
	data[0] = 0x80;
	assert_int_equal(judge_raw(data, 300, false), -PROB_CAA);
}

/* Records past the maximum are not seen, and one of them may forbid. */
static void test_too_many_records(void **state UNUSED)
{
	const struct caa_request                   request = request_for(false);
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(dns_records) struct dns_records records = { .owner = "example.net" };

	for (size_t i = 0; i < DNS_RECORDS_MAX - 1; i++)
		add(&records, "0 issue ca.example");
	assert_int_equal(caa_judge(&records, &request, &p), 0);
	add(&records, "0 issue ca.example");
	assert_int_equal(caa_judge(&records, &request, &p), -PROB_CAA);
}

static void test_ca_without_name(void **state UNUSED)
{
	static const struct conf_list none = { NULL, 0 };
	struct caa_request            request = request_for(false);

	request.identities = &none;
	assert_null(judge((const char *const[]){ "0 iodef mailto:a@example.com", NULL }, &request));
	assert_string_equal(
		judge((const char *const[]){ "0 issue ;", NULL }, &request),
		"CAA issue records at example.net permit nobody, expected a name of this CA, which has none");
}

static void test_details(void **state UNUSED)
{
	static const struct {
		const char *texts[RECORDS_MAX];
		bool        wildcard;
		const char *detail;
	} rows[] = {
		{ { "0 issue a.example", "0 issue ;", "0 issue B.example; x=y" },
		  false,
		  "CAA issue records at example.net permit a.example, b.example, expected ca.example, ca2.example" },
		{ { "0 issue ca.example", "0 issuewild ;" },
		  true,
		  "CAA issuewild records at example.net permit nobody, expected ca.example, ca2.example" },
		{ { "0 issue ca.example; x" },
		  false,
		  "CAA issue records at example.net permit nobody, since one is malformed, expected ca.example, "
		  "ca2.example" },
		{ { "0 issue a.example", "0 issue ca.example; accounturi=" OTHER },
		  false,
		  "CAA records at example.net permit ca.example, ca2.example for another account, expected " ACCOUNT },
		{ { "0 issue ca.example; validationmethods=http-01" },
		  false,
		  "CAA records at example.net permit ca.example, ca2.example for other validation methods, expected "
		  "dns-01" },
		{ { "0 issue ca.example; validationmethods=" },
		  false,
		  "a CAA record at example.net permits ca.example, ca2.example with an accounturi or validationmethods "
		  "that is malformed or there twice" },
		{ { "0 issue ca.example", "128 Tbs x" },
		  false,
		  "the CAA property Tbs at example.net is critical and not known to this CA" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct caa_request request = request_for(rows[i].wildcard);

		assert_string_equal(judge(rows[i].texts, &request), rows[i].detail);
	}
}

static void test_long_lists_end(void **state UNUSED)
{
	const struct caa_request request = request_for(false);
	char                     name[270] = "0 issue ";
	const char              *detail;

	memset(name + 8, 'a', 230);
	detail = judge((const char *const[]){ name, "0 issue b.example", "0 issue a-name-too-much.example", NULL },
	               &request);
	assert_non_null(strstr(detail, "aaa, b.example and others, expected ca.example"));
	memset(name + 8, 'a', 260);
	detail = judge((const char *const[]){ name, "0 issue b.example", NULL }, &request);
	assert_non_null(strstr(detail, "permit others, expected ca.example"));
}

static void test_text(void **state UNUSED)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
		{ "0 issue ca.example; a=1", "0 issue ca.example; a=1" },
		{ "128 IODEF \"\n\xff", "128 IODEF '??" },
		{ "0 issue", "0 issue " },
		{ "0 a_b x", "6 bytes that are no CAA record" },
		{ "0 issue a-very-long-name.of-an-issuer.example", "0 issue a-very-long-name.of-an-issue..." },
	};
	auto_clear(dns_records) struct dns_records records = { .n = 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[40];

		add(&records, rows[i].record);
		caa_record_text(&records.items[i], text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples_of_rfc_8659),
		cmocka_unit_test(test_no_records),
		cmocka_unit_test(test_what_does_not_restrict),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_critical),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_unsatisfiable),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_several_methods),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_parameters_belong_to_their_record),
		cmocka_unit_test(test_malformed_records),
		cmocka_unit_test(test_nul_in_a_value),
		cmocka_unit_test(test_longest_values),
		cmocka_unit_test(test_too_many_records),
		cmocka_unit_test(test_ca_without_name),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_long_lists_end),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

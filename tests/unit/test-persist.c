/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "validator/persist.h"

#define URI       "https://ca.example/acct/123"
#define PREFIX    "https://ca.example/account-hash/"
#define OLD_KEY   "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define NEW_KEY   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define OF_DOMAIN "5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"
#define OF_ANY    "NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug"
#define NOW       1800000000
#define MINE      "ca.example; accounturi=" URI

static char                  *names[] = { (char[]){ "ca.example" }, (char[]){ "other.ca.example" } };
static const struct conf_list issuers = { names, ARRAY_LEN(names) };

static struct persist_claim claim_of(bool many_names)
{
	return (struct persist_claim){
		.issuers = &issuers,
		.account_uri = URI,
		.hash_prefix = PREFIX,
		.thumbprints = { NEW_KEY, OLD_KEY },
		.n_thumbprints = 2,
		.domain = "example.com",
		.many_names = many_names,
		.now = NOW,
	};
}

/* The records are a list of texts that NULL ends. */
static int judge(const char *const *texts, const struct persist_claim *claim, int64_t *ret_until, struct problem *p)
{
	struct dns_records records = { .n = 0 };
	int                r;

	for (; *texts; texts++)
		dns_records_add(&records, *texts, strlen(*texts));
	r = persist_judge(&records, claim, ret_until, p);
	dns_records_clear(&records);
	return r;
}

static void expect(const char *text, bool many_names, enum prob_code code)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct persist_claim         claim = claim_of(many_names);
	int64_t                            until = 0;
	int                                r = judge((const char *const[]){ text, NULL }, &claim, &until, &p);

	if (r != -(int)code)
		print_error("%s: %s\n", text, p.detail);
	assert_int_equal(r, -(int)code);
	if (r == 0)
		assert_true(until >= NOW);
}

/* The draft's own vectors. */
static void test_hash(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	char                               out[PERSIST_HASH_LEN + 1];

	assert_int_equal(persist_hash("example.com", OLD_KEY, URI, out, &p), 0);
	assert_string_equal(out, OF_DOMAIN);
	assert_int_equal(persist_hash("*", OLD_KEY, URI, out, &p), 0);
	assert_string_equal(out, OF_ANY);
}

static void test_records(void **state UNUSED)
{
	static const struct {
		const char    *text;
		enum prob_code one, many; /* for the name alone; for a wildcard */
	} rows[] = {
		{ MINE, PROB_NONE, PROB_UNAUTHORIZED },
		{ "other.ca.example; accounturi=" URI, PROB_NONE, PROB_UNAUTHORIZED },
		{ MINE "; policy=wildcard", PROB_NONE, PROB_NONE },
		{ MINE "; POLICY=WildCard", PROB_NONE, PROB_NONE },
		{ "\tCA.Example ;policy=wildcard;AccountURI = " URI " ", PROB_NONE, PROB_NONE },
		{ MINE "; policy=everything", PROB_NONE, PROB_UNAUTHORIZED },
		{ MINE "; policy=wildcard; future=1; future=2", PROB_NONE, PROB_NONE },
		{ MINE "; policy=wildcard; policy=wildcard", PROB_MALFORMED, PROB_MALFORMED },
		{ MINE "; accounturi=" URI, PROB_MALFORMED, PROB_MALFORMED },
		{ MINE "; persistUntil=1; persistuntil=2", PROB_MALFORMED, PROB_MALFORMED },
		{ MINE ";", PROB_MALFORMED, PROB_MALFORMED },
		{ MINE "; policy", PROB_MALFORMED, PROB_MALFORMED },
		{ "ca.example", PROB_MALFORMED, PROB_MALFORMED },
		{ "ca.example;", PROB_MALFORMED, PROB_MALFORMED },
		{ "ca.example; policy=wildcard", PROB_MALFORMED, PROB_MALFORMED },
		/* RFC 3986 6.2.1: character by character. */
		{ "ca.example; accounturi=https://CA.example/acct/123", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ MINE "/", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ MINE "4", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "ca.example; accounturi=", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		/* Hashed, with a key of before. */
		{ "ca.example; accounturi=" PREFIX "sha-256/" OF_DOMAIN, PROB_NONE, PROB_UNAUTHORIZED },
		{ "ca.example; accounturi=" PREFIX "sha-256/" OF_ANY "; policy=wildcard", PROB_NONE, PROB_NONE },
		{ "ca.example; accounturi=" PREFIX "sha-256/" OF_ANY "x", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "ca.example; accounturi=" PREFIX "sha-256/", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "ca.example; accounturi=" PREFIX "sha-1/" OF_DOMAIN, PROB_MALFORMED, PROB_MALFORMED },
		{ "ca.example; accounturi=" PREFIX "SHA-256/" OF_DOMAIN, PROB_MALFORMED, PROB_MALFORMED },
		{ "ca.example; accounturi=" PREFIX, PROB_MALFORMED, PROB_MALFORMED },
		/* Others' records, well-formed or not. */
		{ "ca.example.org; accounturi=" URI, PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "ca.exampl; accounturi=" URI, PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "%%%", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "", PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
		{ "; accounturi=" URI, PROB_UNAUTHORIZED, PROB_UNAUTHORIZED },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		expect(rows[i].text, false, rows[i].one);
		expect(rows[i].text, true, rows[i].many);
	}
}

static void test_until(void **state UNUSED)
{
	static const struct {
		const char    *text;
		enum prob_code code;
		int64_t        until;
	} rows[] = {
		{ MINE, PROB_NONE, INT64_MAX },
		{ MINE "; persistUntil=1800000000", PROB_NONE, 1800000000 },
		{ MINE "; persistuntil=1800000001", PROB_NONE, 1800000001 },
		{ MINE "; persistUntil=00001800000001", PROB_NONE, 1800000001 },
		{ MINE "; persistUntil=1799999999", PROB_UNAUTHORIZED, 0 },
		{ MINE "; persistUntil=0", PROB_UNAUTHORIZED, 0 },
		{ MINE "; persistUntil=253402300799", PROB_NONE, 253402300799 },
		{ MINE "; persistUntil=253402300800", PROB_NONE, INT64_MAX },
		{ MINE "; persistUntil=99999999999999999999999999", PROB_NONE, INT64_MAX },
		{ MINE "; persistUntil=", PROB_MALFORMED, 0 },
		{ MINE "; persistUntil=-1", PROB_MALFORMED, 0 },
		{ MINE "; persistUntil=+1800000001", PROB_MALFORMED, 0 },
		{ MINE "; persistUntil=1800000001.5", PROB_MALFORMED, 0 },
		{ MINE "; persistUntil=2030-01-01T00:00:00Z", PROB_MALFORMED, 0 },
	};
	const struct persist_claim claim = claim_of(false);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		int64_t                            until = 0;

		assert_int_equal(judge((const char *const[]){ rows[i].text, NULL }, &claim, &until, &p),
		                 -(int)rows[i].code);
		assert_int_equal(until, rows[i].until);
	}
}

static void test_several(void **state UNUSED)
{
	static const char *const good[] = { "unrelated",
		                            "ca.example; accounturi=https://x.example/1",
		                            MINE "; persistUntil=1800000005",
		                            MINE "; persistUntil=1800000009",
		                            MINE "; persistUntil=1800000007",
		                            NULL };
	static const char *const bad[] = { "unrelated", "other.example; accounturi=" URI, "ca.example; policy=wildcard",
		                           "ca.example; accounturi=https://x.example/1", NULL };
	static const char *const none[] = { NULL };
	const struct persist_claim claim = claim_of(false);
	int64_t                    until = 0;
	struct problem             p = PROBLEM_INIT;

	assert_int_equal(judge(good, &claim, &until, &p), 0);
	assert_int_equal(until, 1800000009);
	assert_int_equal(judge(bad, &claim, &until, &p), -PROB_MALFORMED);
	assert_non_null(strstr(p.detail, "accounturi"));
	problem_clear(&p);
	assert_int_equal(judge(none, &claim, &until, &p), -PROB_UNAUTHORIZED);
	assert_non_null(strstr(p.detail, "ca.example"));
	problem_clear(&p);
}

/* A zero octet neither ends a name nor passes for a blank. */
static void test_zero_octets(void **state UNUSED)
{
	static const char                  text[] = "ca.example\0; accounturi=" URI;
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct persist_claim         claim = claim_of(false);
	struct dns_records                 records = { .n = 0 };
	int64_t                            until = 0;

	dns_records_add(&records, text, sizeof(text) - 1);
	assert_int_equal(persist_judge(&records, &claim, &until, &p), -PROB_UNAUTHORIZED);
	dns_records_clear(&records);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),    cmocka_unit_test(test_records),     cmocka_unit_test(test_until),
		cmocka_unit_test(test_several), cmocka_unit_test(test_zero_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

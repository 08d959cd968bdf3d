/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "pki/ident.h"

#define L10  "abcdefghij"
#define L63  L10 L10 L10 L10 L10 L10 "abc"
#define N253 L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "a"

static const struct {
	const char *text, *value;
} accepted[] = {
	{ "example.org", "example.org" },
	{ "WWW.Example.ORG", "www.example.org" },
	{ "*.example.org", "*.example.org" },
	{ "a-b--c.example", "a-b--c.example" },
	{ "1.2.3.4.example", "1.2.3.4.example" },
	{ "xn--mnchen-3ya.de", "xn--mnchen-3ya.de" },
	{ "XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de" },
	{ "xn--fa-hia.de", "xn--fa-hia.de" },
	{ "host.test", "host.test" },
	{ "host.corp.internal", "host.corp.internal" },
	{ "*.internal.test", "*.internal.test" },
	{ "*.github.io", "*.github.io" }, /* listed, but not by ICANN */
	{ L63 ".test", L63 ".test" },
	{ N253, N253 },
	{ "*." N253, "*." N253 },
};

static void test_accepted(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct ident                       id;
		bool                               star = accepted[i].value[0] == '*';

		if (ident_from_text("dns", accepted[i].text, &id, &p) < 0)
			fail_msg("%s: %s", accepted[i].text, p.detail);
		assert_string_equal(id.type, "dns");
		assert_string_equal(id.value, accepted[i].value);
		assert_int_equal(id.wildcard, star);
		assert_string_equal(ident_base(&id), accepted[i].value + (star ? 2 : 0));
	}
}

/* clang-format off */
static const struct {
	const char    *type, *text;
	enum prob_code code;
	const char    *detail;
} refused[] = {
	{ "IP",  "192.0.2.1",                 PROB_UNSUPPORTED_IDENTIFIER, "dns or ip" },
	{ "DNS", "example.org",               PROB_UNSUPPORTED_IDENTIFIER, "dns or ip" },
	{ "",    "example.org",               PROB_UNSUPPORTED_IDENTIFIER, "dns or ip" },
	{ "ip",  "",                          PROB_MALFORMED, "not an IP address" },
	{ "ip",  "example.org",               PROB_MALFORMED, "not an IP address" },
	{ "ip",  "192.0.2.01",                PROB_MALFORMED, "not an IP address" },
	{ "ip",  "192.0.2",                   PROB_MALFORMED, "not an IP address" },
	{ "ip",  "192.0.2.256",               PROB_MALFORMED, "not an IP address" },
	{ "ip",  "192.0.2.1.",                PROB_MALFORMED, "not an IP address" },
	{ "ip",  " 192.0.2.1",                PROB_MALFORMED, "not an IP address" },
	{ "ip",  "*.192.0.2.1",               PROB_MALFORMED, "not an IP address" },
	{ "ip",  "0x7f.1",                    PROB_MALFORMED, "not an IP address" },
	{ "ip",  "3221225985",                PROB_MALFORMED, "not an IP address" },
	{ "ip",  "192.0.2.0/24",              PROB_MALFORMED, "not an IP address" },
	{ "ip",  "192.0.2.1:80",              PROB_MALFORMED, "not an IP address" },
	{ "ip",  "[2001:db8::1]",             PROB_MALFORMED, "not an IP address" },
	{ "ip",  "fe80::1%eth0",              PROB_MALFORMED, "not an IP address" },
	{ "ip",  "2001:db8::1::",             PROB_MALFORMED, "not an IP address" },
	{ "ip",  "2001:DB8::1",               PROB_MALFORMED, "which is 2001:db8::1" },
	{ "ip",  "2001:db8:0:0::1",           PROB_MALFORMED, "which is 2001:db8::1" },
	{ "ip",  "2001:0db8::1",              PROB_MALFORMED, "which is 2001:db8::1" },
	{ "ip",  "2001:db8::1:1:1:1:1",       PROB_MALFORMED, "which is 2001:db8:0:1:1:1:1:1" },
	{ "ip",  "2001:db8:0:0:1::1",         PROB_MALFORMED, "which is 2001:db8::1:0:0:1" },
	{ "ip",  "64:ff9b::192.0.2.1",        PROB_MALFORMED, "which is 64:ff9b::c000:201" },
	{ "ip",  "::192.0.2.1",               PROB_MALFORMED, "which is ::c000:201" },
	{ "ip",  "::ffff:192.0.2.1",          PROB_MALFORMED, "which is 192.0.2.1" },
	{ "ip",  "::ffff:c000:201",           PROB_MALFORMED, "which is 192.0.2.1" },
	{ "dns", "",                          PROB_MALFORMED, "empty" },
	{ "dns", "*",                         PROB_MALFORMED, "star" },
	{ "dns", "*.",                        PROB_MALFORMED, "empty label" },
	{ "dns", ".",                         PROB_MALFORMED, "empty label" },
	{ "dns", "a..example",                PROB_MALFORMED, "empty label" },
	{ "dns", ".example.org",              PROB_MALFORMED, "empty label" },
	{ "dns", "example.org.",              PROB_MALFORMED, "trailing dot" },
	{ "dns", "*.*.example.org",           PROB_MALFORMED, "star" },
	{ "dns", "a*.example.org",            PROB_MALFORMED, "star" },
	{ "dns", "*a.example.org",            PROB_MALFORMED, "star" },
	{ "dns", "www.*.org",                 PROB_MALFORMED, "star" },
	{ "dns", "a_b.example",               PROB_MALFORMED, "0x5f" },
	{ "dns", "a b.example",               PROB_MALFORMED, "0x20" },
	{ "dns", "m\xc3\xbcnchen.de",         PROB_MALFORMED, "0xc3" },
	{ "dns", "https://example.org",       PROB_MALFORMED, "colon" },
	{ "dns", "example.org:443",           PROB_MALFORMED, "colon" },
	{ "dns", "2001:db8::1",               PROB_MALFORMED, "colon" },
	{ "dns", "example.org/x",             PROB_MALFORMED, "0x2f" },
	{ "dns", "-a.example",                PROB_MALFORMED, "hyphen" },
	{ "dns", "a-.example",                PROB_MALFORMED, "hyphen" },
	{ "dns", "ab--c.example",             PROB_MALFORMED, "third and fourth" },
	{ "dns", "192.0.2.1",                 PROB_MALFORMED, "numeric" },
	{ "dns", "example.123",               PROB_MALFORMED, "numeric" },
	{ "dns", "127.0.0.0x1",               PROB_MALFORMED, "numeric" },
	{ "dns", "2130706433",                PROB_MALFORMED, "numeric" },
	{ "dns", L63 "a.test",                PROB_MALFORMED, "64 characters" },
	{ "dns", N253 "a",                    PROB_MALFORMED, "longer" },
	{ "dns", "*." N253 "a",               PROB_MALFORMED, "longer" },
	{ "dns", N253 N253 N253,              PROB_MALFORMED, "longer" },
	{ "dns", "xn--.example",              PROB_MALFORMED, "hyphen" },
	{ "dns", "xn--a.example",             PROB_MALFORMED, "A-label" },
	{ "dns", "xn--example-.org",          PROB_MALFORMED, "hyphen" },
	{ "dns", "xn--99999999.example",      PROB_MALFORMED, "A-label" },
	{ "dns", "xn--abc.example",           PROB_MALFORMED, "A-label" },
	{ "dns", "xn--mnchen-psa.de",         PROB_MALFORMED, "A-label" }, /* decodes to upper case */
	{ "dns", "xn--e-xbb.example",         PROB_MALFORMED, "A-label" }, /* not NFC */
	{ "dns", "xn--bc-bz3n.example",       PROB_MALFORMED, "A-label" }, /* a full-width letter */
	{ "dns", "xn--ab-m1t.example",        PROB_MALFORMED, "A-label" }, /* a joiner without what it may join */
	{ "dns", "xn--a-ymc.example",         PROB_MALFORMED, "A-label" }, /* both directions */
	{ "dns", "localhost",                 PROB_REJECTED_IDENTIFIER, "single label" },
	{ "dns", "com",                       PROB_REJECTED_IDENTIFIER, "single label" },
	{ "dns", "*.test",                    PROB_REJECTED_IDENTIFIER, "single label" },
	{ "dns", "*.com",                     PROB_REJECTED_IDENTIFIER, "single label" },
	{ "dns", "*.co.uk",                   PROB_REJECTED_IDENTIFIER, "public suffix" },
	{ "dns", "*.CO.UK",                   PROB_REJECTED_IDENTIFIER, "public suffix" },
};
/* clang-format on */

static void test_refused(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct ident                       id = { .value = "untouched" };

		if (ident_from_text(refused[i].type, refused[i].text, &id, &p) == 0)
			fail_msg("%s is accepted", refused[i].text);
		if (p.code != refused[i].code || !strstr(p.detail, refused[i].detail))
			fail_msg("%s: %s: %s", refused[i].text, problem_name(p.code), p.detail);
		assert_string_equal(id.value, "untouched");
	}
}

static void test_addresses(void **state UNUSED)
{
	static const char *const texts[] = {
		"192.0.2.1",
		"255.255.255.255",
		"0.0.0.0",
		"::",
		"::1",
		"2001:db8::1",
		"2001:db8:0:1:1:1:1:1",
		"2001:db8::1:0:0:1",
		"2001:db8:1111:2222:3333:4444:5555:6666",
		"1::",
		"::c000:201",
		"::2",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct ident                       id, again;

		if (ident_from_text("ip", texts[i], &id, &p) < 0 || ident_from_name(texts[i], &again, &p) < 0)
			fail_msg("%s: %s", texts[i], p.detail);
		assert_string_equal(id.type, "ip");
		assert_string_equal(id.value, texts[i]);
		assert_string_equal(ident_base(&id), texts[i]);
		assert_false(id.wildcard);
		assert_memory_equal(&id, &again, sizeof(id));
	}
}

/* Whatever could be an address is not taken for a DNS name. */
static void test_names_of_a_list(void **state UNUSED)
{
	static const char *const bad[] = { "", "192.0.2.01", "2001:DB8::1", "1.2.3", "fe80::1%eth0", "[::1]" };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ident                       id;

	assert_int_equal(ident_from_name("*.example.org", &id, &p), 0);
	assert_string_equal(id.type, "dns");
	assert_true(id.wildcard);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_clear(problem) struct problem why = PROBLEM_INIT;

		assert_int_equal(ident_from_name(bad[i], &id, &why), -PROB_MALFORMED);
	}
}

static void test_compare(void **state UNUSED)
{
	struct ident a = { .value = "a.example" }, b = { .value = "b.example" };

	assert_true(ident_compare(&a, &b) < 0);
	assert_true(ident_compare(&b, &a) > 0);
	assert_int_equal(ident_compare(&a, &a), 0);
}

static void test_under(void **state UNUSED)
{
	assert_true(ident_under("example.org", "example.org"));
	assert_true(ident_under("www.example.org", "example.org"));
	assert_true(ident_under("www.example.org", "Example.ORG"));
	assert_false(ident_under("notexample.org", "example.org"));
	assert_false(ident_under("org", "example.org"));
	assert_false(ident_under("example.org", ""));
}

static void test_is_suffix(void **state UNUSED)
{
	assert_true(ident_is_suffix("org"));
	assert_true(ident_is_suffix("co.uk"));
	assert_true(ident_is_suffix("github.io"));
	assert_false(ident_is_suffix("example.co.uk"));
	assert_false(ident_is_suffix("test"));
}

static void test_is_public(void **state UNUSED)
{
	assert_true(ident_is_public("example.org"));
	assert_true(ident_is_public("a.b.example.co.uk"));
	assert_false(ident_is_public("co.uk"));
	assert_false(ident_is_public("org"));
	assert_false(ident_is_public("host.test"));
	assert_false(ident_is_public("host.internal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_names_of_a_list),
		cmocka_unit_test(test_compare),   cmocka_unit_test(test_under),
		cmocka_unit_test(test_is_public), cmocka_unit_test(test_is_suffix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

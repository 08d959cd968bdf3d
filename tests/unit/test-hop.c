/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "validator/hop.h"

static const struct hop_ports standard = { 80, 443 }, rig = { 5002, 5001 };

/* RFC 8555 8.3, conformance A222, A262, Q31 */
static const struct {
	const char *location, *url, *host;
	unsigned    port;
	bool        literal;
} followed[] = {
	{ "http://b.example/x", "http://b.example/x", "b.example", 80, false },
	{ "HTTPS://B.Example:443/x?y=z", "https://b.example/x?y=z", "b.example", 443, false },
	{ "http://b.example:80/x", "http://b.example/x", "b.example", 80, false },
	{ "https://b.example", "https://b.example/", "b.example", 443, false },
	{ "/other", "http://a.example/other", "a.example", 80, false },
	{ "other", "http://a.example/.well-known/other", "a.example", 80, false },
	{ "?q", "http://a.example/.well-known/token?q", "a.example", 80, false },
	{ "//b.example/x", "http://b.example/x", "b.example", 80, false },
	{ "http://b.example/x#fragment", "http://b.example/x", "b.example", 80, false },
	{ "http://192.0.2.1/x", "http://192.0.2.1/x", "192.0.2.1", 80, true },
	{ "http://[2001:db8::1]/x", "http://[2001:db8::1]/x", "2001:db8::1", 80, true },
	{ "http://[2001:DB8:0:0::1]/x", "http://[2001:db8::1]/x", "2001:db8::1", 80, true },
	/* Other ways to write an address are known for what they are. */
	{ "http://0x7f.1/x", "http://127.0.0.1/x", "127.0.0.1", 80, true },
	{ "http://2130706433/x", "http://127.0.0.1/x", "127.0.0.1", 80, true },
	{ "http://017700000001/x", "http://127.0.0.1/x", "127.0.0.1", 80, true },
};

static const struct {
	const char *location, *says;
} refused[] = {
	{ "", "empty" },
	{ "http://b.example/a b", "printable" },
	{ "http://b.example/\xc3\xa4", "printable" },
	{ "http://b\xc3\xa4.example/", "printable" },
	{ "file:///etc/passwd", "scheme file" },
	{ "gopher://b.example:80/x", "scheme gopher" },
	{ "ftp://b.example/", "scheme ftp" },
	{ "javascript:alert(1)", "URL" },
	{ "http://b.example:6379/", "port 6379" },
	{ "http://b.example:443/", "port 443" },
	{ "https://b.example:80/", "port 80" },
	{ "http://b.example:0/", "port 0" },
	{ "http://user@b.example/", "user information" },
	{ "http://user:password@b.example/", "user information" },
	{ "http://:password@b.example/", "user information" },
	{ "http://b..example/", "DNS name" },
	{ "http://b.example./", "DNS name" },
	{ "http://.example/", "DNS name" },
	{ "http://[fe80::1%25eth0]/", "usable host" },
	{ "http://[::1/", "URL" },
	{ "http://[::1%25lo]/", "usable host" },
	{ "http://[v1.x]/", "URL" },
	{ "https://", "URL" },
	{ "http://b.example:99999/", "URL" },
	{ "http://b%0aexample/", "URL" },
	{ "http://b%2fexample/", "URL" },
	{ "http://b!example/", "URL" },
};

static struct hop *first(void)
{
	return hop_first("a.example", 80, "/.well-known/token");
}

static void test_first(void **state UNUSED)
{
	auto_(hop) struct hop *plain = first();
	auto_(hop) struct hop *other = hop_first("a.example", 5002, "/x");

	assert_string_equal(plain->url, "http://a.example/.well-known/token");
	assert_string_equal(other->url, "http://a.example:5002/x");
	assert_string_equal(other->host, "a.example");
	assert_int_equal(other->port, 5002);
	assert_false(other->literal);
}

/* RFC 8738 5: an IPv6 address is put into brackets. */
static void test_first_of_addresses(void **state UNUSED)
{
	auto_(hop) struct hop *v4 = hop_first("192.0.2.1", 80, "/x");
	auto_(hop) struct hop *v6 = hop_first("2001:db8::1", 80, "/x");
	auto_(hop) struct hop *other = hop_first("2001:db8::1", 5002, "/x");

	assert_string_equal(v4->url, "http://192.0.2.1/x");
	assert_string_equal(v6->url, "http://[2001:db8::1]/x");
	assert_string_equal(other->url, "http://[2001:db8::1]:5002/x");
	assert_string_equal(v6->host, "2001:db8::1");
	assert_true(v4->literal && !v4->addr.v6);
	assert_true(v6->literal && v6->addr.v6);
}

static const struct {
	const char *location, *token, *shown;
} views[] = {
	{ "/plain", NULL, "http://a.example/plain" },
	{ "/x?session=secret", NULL, "http://a.example/x?..." },
	{ "/a-token-b", "token", "http://a.example/a-{token}-b" },
	{ "/\"quoted\"", NULL, "http://a.example/'quoted'" },
	{ "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL, "http://a.example/aaaaaaaaaaaaaaaaaaa..." },
	{ "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?b", NULL, "http://a.example/aaaaaaaaaaaaaaa...?..." },
};

static void test_show(void **state UNUSED)
{
	auto_(hop) struct hop *from = first();
	char                   out[40];

	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(hop) struct hop             *to = NULL;

		assert_int_equal(hop_redirect(from, views[i].location, &standard, &to, &p), 0);
		hop_show(to, views[i].token, out, sizeof(out));
		assert_string_equal(out, views[i].shown);
	}
}

static void test_followed(void **state UNUSED)
{
	auto_(hop) struct hop *from = first();

	for (size_t i = 0; i < ARRAY_LEN(followed); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(hop) struct hop             *to = NULL;

		if (hop_redirect(from, followed[i].location, &standard, &to, &p) < 0)
			fail_msg("%s: %s", followed[i].location, p.detail);
		assert_string_equal(to->url, followed[i].url);
		assert_string_equal(to->host, followed[i].host);
		assert_int_equal(to->port, followed[i].port);
		assert_int_equal(to->literal, followed[i].literal);
		assert_int_equal(to->tls, to->port == 443);
	}
}

static void test_refused(void **state UNUSED)
{
	auto_(hop) struct hop *from = first();

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(hop) struct hop             *to = NULL;

		if (hop_redirect(from, refused[i].location, &standard, &to, &p) != -PROB_UNAUTHORIZED)
			fail_msg("%s leads to %s", refused[i].location, to ? to->url : p.detail);
		if (!strstr(p.detail, refused[i].says))
			fail_msg("%s: %s", refused[i].location, p.detail);
	}
}

static void test_length_is_bounded(void **state UNUSED)
{
	auto_(hop) struct hop *from = first();
	auto_free char        *location = xcalloc(HOP_URL_MAX + 2, 1);

	memset(location, 'x', HOP_URL_MAX + 1);
	for (size_t len = HOP_URL_MAX + 1; len >= HOP_URL_MAX; len--) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(hop) struct hop             *to = NULL;

		location[len] = '\0';
		assert_int_equal(hop_redirect(from, location, &standard, &to, &p),
		                 len > HOP_URL_MAX ? -PROB_UNAUTHORIZED : 0);
	}
}

static void test_other_ports(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(hop) struct hop             *from = hop_first("a.example", 5002, "/x");
	auto_(hop) struct hop             *same = NULL, *tls = NULL, *none = NULL;

	assert_int_equal(hop_redirect(from, "/y", &rig, &same, &p), 0);
	assert_string_equal(same->url, "http://a.example:5002/y");
	assert_int_equal(hop_redirect(from, "https://a.example:5001/y", &rig, &tls, &p), 0);
	assert_int_equal(tls->port, 5001);
	assert_int_equal(hop_redirect(from, "https://a.example/y", &rig, &none, &p), -PROB_UNAUTHORIZED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_first_of_addresses),
		cmocka_unit_test(test_followed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_length_is_bounded),
		cmocka_unit_test(test_other_ports),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

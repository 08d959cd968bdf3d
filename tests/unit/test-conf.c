/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include "base/clk.h"
#include "base/conf.h"
#include "base/mem.h"

#define URL "base-url = https://ca.test/acme\n"

static int load(const char *text, struct conf **ret, struct problem *p)
{
	auto_fd int     fd = memfd_create("chert.conf", MFD_CLOEXEC);
	auto_free char *path = xasprintf("/proc/self/fd/%d", fd);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return conf_load(path, ret, p);
}

static struct conf *load_good(const char *text)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct conf                       *c = NULL;

	if (load(text, &c, &p) < 0)
		fail_msg("%s: %s", text, p.detail);
	return c;
}

static void test_defaults(void **state UNUSED)
{
	auto_(conf) struct conf   *c = load_good(URL);
	const struct conf_profile *profile = conf_profile(c, "default");

	assert_string_equal(c->base_url, "https://ca.test/acme");
	assert_string_equal(c->database, "dbname=chert");
	assert_true(c->prepared_statements);
	assert_null(c->terms_of_service);
	assert_int_equal(c->caa_identities.n, 0);
	assert_int_equal(c->database_timeout, 10 * CLK_SECOND);
	assert_int_equal(c->responder.max_request, 65536);
	assert_int_equal(c->validator.http_port, 80);
	assert_int_equal(c->validator.https_port, 443);
	assert_int_equal(c->validator.tls_port, 443);
	assert_int_equal(c->n_issuers, 0);
	assert_int_equal(c->n_profiles, 1);
	assert_non_null(profile);
	assert_null(profile->issuer);
	assert_int_equal(profile->validity, 90 * CLK_DAY);
	assert_int_equal(profile->challenges.n, 3);
	assert_string_equal(profile->challenges.items[1], "dns-01");
	assert_true(profile->caa);
	assert_string_equal(profile->description, "");
}

static void test_lists(void **state UNUSED)
{
	char *items[] = { (char[]){ "a" }, (char[]){ "b" }, (char[]){ "ab" }, (char[]){ "b" }, (char[]){ "a" } };
	struct conf_list list = { items, 3 };

	assert_true(conf_list_has(&list, "ab"));
	assert_false(conf_list_has(&list, "c"));
	assert_null(conf_list_repeated(&list));
	list.n = ARRAY_LEN(items);
	assert_string_equal(conf_list_repeated(&list), "b");
	list.n = 0;
	assert_false(conf_list_has(&list, "a"));
	assert_null(conf_list_repeated(&list));
}

static void test_terms_version(void **state UNUSED)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ URL, NULL },
		{ URL "terms-version = \"2\"\n", NULL },
		{ URL "terms-of-service = \"https://ca.test/terms\"\n", "https://ca.test/terms" },
		{ URL "terms-of-service = \"https://ca.test/terms\"\nterms-version = \"2\"\n", "2" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_(conf) struct conf *c = load_good(cases[i].text);
		const char              *version = conf_terms_version(c);

		assert_true(!version == !cases[i].expected && (!version || strcmp(version, cases[i].expected) == 0));
	}
}

static void test_all_sections(void **state UNUSED)
{
	auto_(conf) struct conf *c =
		load_good("# a comment with $ and '\n"
	                  "base-url = \"https://ca.test:14000/a/b\" // another\n"
	                  "/* and\n * a third */\n"
	                  "caa-identities = { \"ca.test\", 'b.test' }\n"
	                  "prepared-statements = no\n"
	                  "responder { retry-after = 2s finalize-wait = 500ms nonce-lifetime = 6h }\n"
	                  "validator { resolvers = { [::1]:53 } attempt-timeout = 5min }\n"
	                  "signer { batch = 7 }\n"
	                  "issuer one { certificate = c1.pem key = \"k 1.pem\" }\n"
	                  "issuer \"two\" { certificate = c2.pem key = k2.pem chain = ch.pem }\n"
	                  "profile short { issuer = two validity = 7d key-types = p-256 }\n");

	assert_string_equal(c->base_url, "https://ca.test:14000/a/b");
	assert_int_equal(c->caa_identities.n, 2);
	assert_string_equal(c->caa_identities.items[1], "b.test");
	assert_false(c->prepared_statements);
	assert_int_equal(c->responder.retry_after, 2 * CLK_SECOND);
	assert_int_equal(c->responder.finalize_wait, CLK_SECOND / 2);
	assert_int_equal(c->responder.nonce_lifetime, 6 * CLK_HOUR);
	assert_string_equal(c->validator.resolvers.items[0], "[::1]:53");
	assert_int_equal(c->validator.attempt_timeout, 5 * CLK_MINUTE);
	assert_int_equal(c->signer.batch, 7);
	assert_int_equal(c->n_issuers, 2);
	assert_string_equal(conf_issuer(c, "one")->key, "k 1.pem");
	assert_string_equal(conf_issuer(c, "two")->chain, "ch.pem");
	assert_null(conf_issuer(c, "three"));
	assert_int_equal(c->n_profiles, 2);
	assert_string_equal(conf_profile(c, "short")->issuer, "two");
	assert_int_equal(conf_profile(c, "short")->key_types.n, 1);
	assert_string_equal(conf_profile(c, "default")->issuer, "one");
	assert_null(conf_profile(c, "long"));
}

static void test_default_profile_can_be_set(void **state UNUSED)
{
	auto_(conf) struct conf *c = load_good(URL "profile a {}\nprofile default { max-identifiers = 3 }\n");

	assert_int_equal(c->n_profiles, 2);
	assert_int_equal(conf_profile(c, "default")->max_identifiers, 3);
}

/* What follows the file's name in the message. */
static void test_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *detail;
	} cases[] = {
		{ "", ":1: base-url is missing" },
		{ URL "\nfoo = 1\n", ":3: unknown setting foo, permitted here are base-url, database, " },
		{ URL "signer {\n\nfoo = 1 }", ":4: unknown setting foo, permitted here are batch, " },
		{ URL "foo { }\n",
		  ":2: unknown section foo, permitted are responder, validator, signer, issuer and profile" },
		{ URL "log-level = info\n/* a\nb */\nlog-level = info\n", ":5: log-level is already set on line 2" },
		{ URL "signer { batch = 1\nbatch = 1 }\n", ":3: batch is already set on line 2" },
		{ URL "signer { }\nsigner { }\n", ":3: signer is already set on line 2" },
		{ URL "profile p { challenges = {} \n challenges += { a } }",
		  ":3: challenges is already set on line 2" },
		{ URL "profile p { }\nprofile 'p' { }", ":3: profile is already set on line 2" },
		{ URL "profile { }\n", ":2: section profile needs a title" },
		{ URL "signer x { }\n", ":2: section signer takes no title" },
		{ URL "profile 'a b' { }\n", ":2: found a name or title that is not" },
		{ URL "signer {\nresponder { } }\n", ":3: found a section within a section" },
		{ URL "signer {\n", ":3: found a section without an end, expected }" },
		{ URL "}\n", ":2: found } without {" },
		{ URL "log-level info\n", ":3: found log-level without = or {" },
		{ URL "log-level = \n", ":3: found no value after =" },
		{ URL "'log-level' = info\n", ":2: found a quoted text, expected the name of a setting or section" },
		{ URL "responder|max-request = 4096\n", ":2: found a name or title that is not" },
		{ URL "= 1\n", ":2: expected the name of a setting or section" },
		{ URL "website = \"${HOME}\"\n", ":2: found $, which is not permitted" },
		{ URL "website = $HOME\n", ":2: found $, which is not permitted" },
		{ URL "website = \"a\n\"\n", ":2: found a control character or a text without an end" },
		{ URL "website = 'a", ":2: found a control character or a text without an end" },
		{ URL "website = a\x01\n", ":2: found a control character or a text without an end" },
		{ URL "/* a", ":2: found a comment without an end, expected */" },
		{ URL "profile p { challenges = { a", ":2: found a list without an end, expected }" },
		{ URL "profile p {\nchallenges = { a b } }", ":3: unexpected token 'b'" },
		{ URL "signer { batch = x }\n", ":2: batch is 'x', permitted are 1 to 500" },
		{ URL "signer {\nbatch = 0 }\n", ":3: batch is '0', permitted are 1 to 500" },
		{ URL "signer { batch = 501 }\n", ":2: batch is '501', permitted are 1 to 500" },
		{ URL "signer { batch = ' 5' }\n", ":2: batch is ' 5', permitted are 1 to 500" },
		{ URL "signer { batch = 99999999999999999999 }\n",
		  ":2: batch is '99999999999999999999', permitted are" },
		{ URL "signer { batch = {1, 2} }\n", ":2: batch is a list, permitted is one value" },
		{ URL "responder { max-request = 4095 }\n",
		  ":2: max-request is '4095', permitted are 4096 to 1048576 bytes" },
		{ URL "responder { retry-after = 5 }\n",
		  ":2: retry-after is '5', permitted are 1s to 10min (a whole number " },
		{ URL "responder { retry-after = 5m }\n", ":2: retry-after is '5m', permitted are 1s to 10min" },
		{ URL "responder { retry-after = -5s }\n", ":2: retry-after is '-5s', permitted are 1s to 10min" },
		{ URL "responder { retry-after = 999ms }\n", ":2: retry-after is '999ms', permitted are 1s to 10min" },
		{ URL "responder { retry-after = 11min }\n", ":2: retry-after is '11min', permitted are 1s to 10min" },
		{ URL "responder { retry-after = 9999999s }\n", ":2: retry-after is '9999999s', permitted are" },
		{ URL "prepared-statements = true\n", ":2: prepared-statements is 'true', permitted are yes and no" },
		{ URL "validator {\nzone-servers = maybe\n}\n",
		  ":3: zone-servers is maybe, permitted are validated, always and never" },
		{ URL "log-level = loud\n",
		  ":2: log-level is loud, permitted are error, warning, notice, info and debug" },
		{ URL "log-level = informational\n", ":2: log-level has 13 characters, permitted are 0 to 10" },
		{ URL "profile p { challenges = {} }\n", ":2: challenges has 0 items, permitted are 1 to 10" },
		{ URL "profile p { challenges = {''} }\n", ":2: challenges has an empty item" },
		{ URL "issuer a {\n}\n", ":2: a: certificate is missing" },
		{ URL "issuer a { certificate = '' key = k }\n",
		  ":2: certificate has 0 characters, permitted are 1 to 1000" },
		{ URL "profile p {\nissuer = a }\n", ":3: issuer is a, expected the title of an issuer section" },
		{ URL "website = ca.test\n", ":2: website is ca.test, expected an http or https URL" },
		{ URL "website = 'https://'\n", ":2: website is https://, expected" },
		{ URL "website = ''\n", ":2: website is , expected" },
		{ URL "website = 'javascript://ca.test'\n", ":2: website is javascript://ca.test, expected" },
		{ URL "terms-of-service = 'https://ca.test/<a>'\n",
		  ":2: terms-of-service is https://ca.test/<a>, expected" },
		{ URL "terms-of-service = \"https://ca.test/\\r\\nX: y\"\n",
		  ":2: terms-of-service is https://ca.test/" },
		{ URL "profile p {\ncrl-url = 'http://ca.test/a b' }", ":3: crl-url is http://ca.test/a b, expected" },
		{ URL "profile p {\nca-issuers-url = 'ldap://ca.test/' }",
		  ":3: ca-issuers-url is ldap://ca.test/, expected" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct conf                       *c = NULL;
		const char                        *rest;

		assert_int_equal(load(cases[i].text, &c, &p), -PROB_CONFIG);
		assert_null(c);
		rest = strchr(p.detail, ':');
		assert_non_null(rest);
		if (strncmp(rest, cases[i].detail, strlen(cases[i].detail)) != 0)
			assert_string_equal(rest, cases[i].detail);
	}
}

static void test_base_urls(void **state UNUSED)
{
	static const struct {
		const char *url;
		bool        good;
	} cases[] = {
		{ "https://ca.test", true },          { "https://ca.test:14000", true },
		{ "https://localhost:1/acme", true }, { "https://[2001:db8::1]/a", true },
		{ "https://192.0.2.1:443/a", true },  { "https://ca.test/a-b_c.d~e/f", true },
		{ "http://ca.test/acme", false },     { "http://localhost/acme", false },
		{ "https://ca.test/", false },        { "https://ca.test/acme/", false },
		{ "https://ca.test/a?b", false },     { "https://ca.test/a%20b", false },
		{ "https://CA.test/acme", false },    { "https://ca.test:0/a", false },
		{ "https://ca.test:65536", false },   { "https://ca.test:/abc", false },
		{ "https://ca.test//a", false },      { "https://user@ca.test/a", false },
		{ "https:///acme/x", false },         { "https://[::1/acme", false },
		{ "https://[]:80/acme", false },      { "https://ca.test:999999999999", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(conf) struct conf           *c = NULL;
		auto_free char                    *text = xasprintf("base-url = '%s'\n", cases[i].url);

		if ((load(text, &c, &p) == 0) != cases[i].good)
			fail_msg("%s: %s", cases[i].url, p.detail);
	}
}

static void test_files(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT, s = PROBLEM_INIT;
	auto_free char                    *big = xcalloc((1 << 20) + 2, 1);
	struct conf                       *c = NULL;

	assert_int_equal(conf_load("/nonexistent", &c, &p), -PROB_CONFIG);
	assert_string_equal(p.detail, "/nonexistent: No such file or directory");
	assert_int_equal(conf_load("/", &c, &q), -PROB_CONFIG);
	memset(big, '\n', (1 << 20) + 1);
	assert_int_equal(load(big, &c, &s), -PROB_CONFIG);
	assert_non_null(strstr(s.detail, "is longer than the permitted 1048576 bytes"));
}

static void test_default_path(void **state UNUSED)
{
	unsetenv("CHERT_CONF");
	assert_non_null(strstr(conf_default_path(), "/chert/chert.conf"));
	setenv("CHERT_CONF", "/tmp/other.conf", 1);
	assert_string_equal(conf_default_path(), "/tmp/other.conf");
	unsetenv("CHERT_CONF");
}

static void test_manual(void **state UNUSED)
{
	static const char *const keys[] = {
#define CONF_GLOBAL(type, member, key, ...)    key,
#define CONF_RESPONDER(type, member, key, ...) key,
#define CONF_VALIDATOR(type, member, key, ...) key,
#define CONF_SIGNER(type, member, key, ...)    key,
#define CONF_ISSUER(type, member, key, ...)    key,
#define CONF_PROFILE(type, member, key, ...)   key,
#include "base/conf.def"
	};
	auto_free char *text = NULL;
	size_t          len;
	FILE           *out = open_memstream(&text, &len);

	conf_print_mdoc(out);
	fclose(out);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		auto_free char *item = xasprintf("\n.It Cm %s\n", keys[i]);

		assert_non_null(strstr(text, item));
	}
	assert_non_null(strstr(text, "A number from 4096 to 1048576 bytes (default 65536).\n"));
	assert_non_null(strstr(text, "A time from 100ms to 5min (default 10s).\n"));
	assert_non_null(strstr(text, "Either yes or no (default yes).\n"));
	assert_non_null(strstr(text, "A list of 1 to 10 items (default http-01 dns-01 tls-alpn-01).\n"));
	assert_non_null(strstr(text, "A text of 1 to 1000 characters (required).\n"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_terms_version),
		cmocka_unit_test(test_all_sections),
		cmocka_unit_test(test_default_profile_can_be_set),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_base_urls),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_default_path),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

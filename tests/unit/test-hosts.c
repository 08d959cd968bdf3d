/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "validator/hosts.h"

static struct hosts *parse(const char *text)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct hosts                      *hosts = NULL;

	assert_int_equal(hosts_parse("file", text, strlen(text), &hosts, &p), 0);
	return hosts;
}

/* The addresses, joined by blanks, or NULL when the name is not there. */
static void expect(const struct hosts *hosts, const char *name, bool v6, const char *expected)
{
	struct addr        found[4];
	struct hosts_query q = { .v6 = v6, .out = found, .size = ARRAY_LEN(found) };
	char               text[4 * (ADDR_TEXT_MAX + 1)] = "", one[ADDR_TEXT_MAX];

	if (!hosts_find(hosts, name, &q)) {
		assert_null(expected);
		return;
	}
	for (size_t i = 0; i < q.n; i++) {
		addr_to_text(&found[i], one);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "", one);
	}
	assert_non_null(expected);
	assert_string_equal(text, expected);
}

static void test_names(void **state UNUSED)
{
	auto_(hosts) struct hosts *hosts = parse("# comment\n"
	                                         "127.0.0.1\tA.test b.test # c.test\r\n"
	                                         "\n"
	                                         "::1 a.test\n"
	                                         "127.0.0.2 a.test");

	expect(hosts, "a.test", false, "127.0.0.1 127.0.0.2");
	expect(hosts, "A.TEST", true, "::1");
	expect(hosts, "b.test", true, "");
	expect(hosts, "c.test", false, NULL);
	expect(hosts, "x.a.test", false, NULL);
}

static void test_wildcards(void **state UNUSED)
{
	auto_(hosts) struct hosts *hosts = parse("127.0.0.1 *.example.org\n"
	                                         "127.0.0.2 *.deep.example.org exact.example.org\n");
	auto_(hosts) struct hosts *all = parse("127.0.0.1 *\n127.0.0.2 a.test\n");

	expect(hosts, "x.example.org", false, "127.0.0.1");
	expect(hosts, "x.y.EXAMPLE.org", false, "127.0.0.1");
	expect(hosts, "x.deep.example.org", false, "127.0.0.2");
	expect(hosts, "exact.example.org", false, "127.0.0.2");
	expect(hosts, "example.org", false, NULL);
	expect(hosts, "xexample.org", false, NULL);
	expect(all, "a.test", false, "127.0.0.2");
	expect(all, "b.test", false, "127.0.0.1");
	expect(all, "b.test", true, "");
}

static void test_refused(void **state UNUSED)
{
	static const char *const texts[] = { "localhost 127.0.0.1\n", "127.0.0.1 ok\n127.0.0 a\n" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct hosts                      *hosts = NULL;

		assert_int_equal(hosts_parse("file", texts[i], strlen(texts[i]), &hosts, &p), -PROB_CONFIG);
		assert_non_null(strstr(p.detail, i ? "file:2:" : "file:1:"));
	}
}

static void write_file(const char *path, const char *text)
{
	auto_file FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
}

static void test_refresh(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(hosts) struct hosts         *hosts = NULL;
	char                               path[] = "/tmp/test-hosts.XXXXXX";

	close(mkstemp(path));
	write_file(path, "127.0.0.1 a.test\n");
	assert_int_equal(hosts_load(path, &hosts, &p), 0);
	write_file(path, "127.0.0.1 a.test\n127.0.0.9 b.test\n");
	assert_int_equal(hosts_refresh(&hosts, &p), 0);
	expect(hosts, "b.test", false, "127.0.0.9");

	/* A bad file is reported once, and what was known stays. */
	write_file(path, "nonsense\n");
	assert_int_equal(hosts_refresh(&hosts, &p), -PROB_CONFIG);
	problem_clear(&p);
	assert_int_equal(hosts_refresh(&hosts, &p), 0);
	unlink(path);
	assert_int_equal(hosts_refresh(&hosts, &p), -PROB_CONFIG);
	problem_clear(&p);
	assert_int_equal(hosts_refresh(&hosts, &p), 0);
	expect(hosts, "b.test", false, "127.0.0.9");
}

static void test_missing_file(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct hosts                      *hosts = NULL;

	assert_int_equal(hosts_load("/nonexistent/hosts", &hosts, &p), -PROB_CONFIG);
	assert_non_null(strstr(p.detail, "/nonexistent/hosts"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),   cmocka_unit_test(test_wildcards),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refresh), cmocka_unit_test(test_missing_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include "base/log.h"

static int  capture_fd, stderr_fd;
static char captured[8192];

static void capture(void)
{
	fflush(stderr);
	capture_fd = memfd_create("stderr", MFD_CLOEXEC);
	stderr_fd = dup(STDERR_FILENO);
	dup2(capture_fd, STDERR_FILENO);
	log_setup("test", LOGL_INFO);
}

static const char *captured_text(void)
{
	const ssize_t n = pread(capture_fd, captured, sizeof(captured) - 1, 0);

	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	close(capture_fd);
	captured[n > 0 ? n : 0] = '\0';
	return captured;
}

static void test_pairs(void **state UNUSED)
{
	capture();
	log_event(LOGL_INFO, "request", "method", "POST", "path", "/acme/new-order", "skipped", NULL, "n", "1", NULL);
	log_event(LOGL_DEBUG, "invisible", NULL);
	log_event(LOGL_ERROR, "bare", NULL);
	assert_string_equal(captured_text(), "<6>test request method=POST path=/acme/new-order n=1\n<3>test bare\n");
}

static void test_no_forged_lines(void **state UNUSED)
{
	capture();
	log_event(LOGL_INFO, "e", "a", "x\n<0>test forged", "b", "say \"hi\" \\", "c", "", "d", "k=v", "e",
	          "\xc3\xa9\x1b", NULL);
	assert_string_equal(captured_text(),
	                    "<6>test e a=\"x\\x0a<0>test forged\" b=\"say \\\"hi\\\" \\\\\" c=\"\" d=\"k=v\" "
	                    "e=\"\\xc3\\xa9\\x1b\"\n");
}

static void test_long_values(void **state UNUSED)
{
	char        value[2000] = "";
	const char *line;

	memset(value, 'a', sizeof(value) - 1);
	capture();
	log_event(LOGL_INFO, "e", "a", value, "b", "after", NULL);
	line = captured_text();
	assert_in_range(strlen(line), 100, 1000);
	assert_non_null(strstr(line, "aaa...\" b=after\n"));
}

/* A line that is too long is cut, and still one line. */
static void test_long_lines(void **state UNUSED)
{
	char        value[2000] = "";
	const char *line;

	memset(value, '\n', sizeof(value) - 1);
	capture();
	log_event(LOGL_INFO, "e", "a", value, "b", value, "c", value, NULL);
	line = captured_text();
	assert_in_range(strlen(line), 3000, 4096);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void test_problem(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, PROB_BAD_NONCE, "nonce is too old");
	problem_cause(&p, "age");
	p.file = "a.c";
	p.line = 7;
	capture();
	log_problem(LOGL_NOTICE, "refused", &p, "id", "r1", NULL);
	log_problem(LOGL_DEBUG, "invisible", &p, NULL);
	assert_string_equal(captured_text(),
	                    "<5>test refused id=r1 problem=badNonce detail=\"nonce is too old\" cause=age at=a.c:7\n");
}

static void test_level_names(void **state UNUSED)
{
	enum log_level level;

	assert_true(log_level_from_name("error", &level));
	assert_int_equal(level, LOGL_ERROR);
	assert_true(log_level_from_name("debug", &level));
	assert_int_equal(level, LOGL_DEBUG);
	assert_false(log_level_from_name("Error", &level));
	assert_false(log_level_from_name("", &level));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),       cmocka_unit_test(test_no_forged_lines),
		cmocka_unit_test(test_long_values), cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_problem),     cmocka_unit_test(test_level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

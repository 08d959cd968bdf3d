/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>
#include <sys/wait.h>

#include "base/opt.h"

#define MAX_ARGS 8

static bool            verbose;
static const char     *name;
static int64_t         number;
static struct opt_list list;

static const struct opt rows[] = {
	{ "verbose", 'v', OPT_FLAG, NULL, "say more", &verbose, 0, 0 },
	{ "name", 'n', OPT_TEXT, "NAME", "call it NAME", &name, 0, 0 },
	{ "number", 0, OPT_INT, "N", "use N of them", &number, -1, 10 },
	{ "add", 'a', OPT_LIST, "ITEM", "add ITEM; may be repeated", &list, 0, 0 },
	{ NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};
static const struct opt_usage usage = { "chertctl test", "FILE", "Tests.", rows };

static int parse(const char *const *args, int *ret_first, struct problem *p)
{
	char *argv[MAX_ARGS + 2] = { strdup("test") };
	int   argc = 1, r;

	verbose = false;
	name = NULL;
	number = 5;
	list.n = 0;
	while (argc <= MAX_ARGS && args[argc - 1]) {
		argv[argc] = strdup(args[argc - 1]);
		argc++;
	}
	r = opt_parse(&usage, argc, argv, ret_first, p);
	if (name)
		name = strcmp(name, "x") == 0 ? "x" : "other";
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return r;
}

static void test_good(void **state UNUSED)
{
	static const struct {
		const char *args[MAX_ARGS];
		bool        verbose, has_name;
		int64_t     number;
		int         first;
	} cases[] = {
		{ { NULL }, false, false, 5, 1 },
		{ { "-v", "-n", "x", "file", NULL }, true, true, 5, 4 },
		{ { "-vnx", NULL }, true, true, 5, 2 },
		{ { "--verbose", "--name=x", "--number", "10", NULL }, true, true, 10, 5 },
		{ { "--number=-1", NULL }, false, false, -1, 2 },
		{ { "file", "-v", NULL }, false, false, 5, 1 },
		{ { "--", "-v", NULL }, false, false, 5, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		int                                first = -1;

		assert_int_equal(parse(cases[i].args, &first, &p), 0);
		assert_int_equal(verbose, cases[i].verbose);
		assert_int_equal(name != NULL, cases[i].has_name);
		assert_true(!name || strcmp(name, "x") == 0);
		assert_int_equal(number, cases[i].number);
		assert_int_equal(first, cases[i].first);
	}
}

static void test_refused(void **state UNUSED)
{
	static const struct {
		const char *args[MAX_ARGS], *detail;
	} cases[] = {
		{ { "--nonesuch", NULL },
		  "option --nonesuch is not permitted; chertctl test --help lists the options" },
		{ { "-x", NULL }, "option -x is not permitted; chertctl test --help lists the options" },
		{ { "-vx", NULL }, "option -x is not permitted; chertctl test --help lists the options" },
		{ { "--name", NULL }, "option --name needs an argument; chertctl test --help lists the options" },
		{ { "-n", NULL }, "option -n needs an argument; chertctl test --help lists the options" },
		{ { "--verbose=1", NULL },
		  "option --verbose=1 is not permitted; chertctl test --help lists the options" },
		{ { "--n=1", NULL }, "option --n=1 is not permitted; chertctl test --help lists the options" },
		{ { "--number=11", NULL }, "option --number is 11, permitted are -1 to 10" },
		{ { "--number=-2", NULL }, "option --number is -2, permitted are -1 to 10" },
		{ { "--number=", NULL }, "option --number is , permitted are -1 to 10" },
		{ { "--number=1x", NULL }, "option --number is 1x, permitted are -1 to 10" },
		{ { "--number=99999999999999999999", NULL },
		  "option --number is 99999999999999999999, permitted are -1 to 10" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		int                                first = -1;

		assert_int_equal(parse(cases[i].args, &first, &p), -PROB_CONFIG);
		assert_string_equal(p.detail, cases[i].detail);
		assert_int_equal(first, -1);
	}
}

static void test_list(void **state UNUSED)
{
	char                               add[] = "-a", first[] = "one", second[] = "--add=two", third[] = "-athree";
	char                              *few[] = { add, add, first, second, third, NULL };
	char                              *many[OPT_LIST_MAX + 2];
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	int                                end;

	list.n = 0;
	assert_int_equal(opt_parse(&usage, 5, few, &end, &p), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.items[0], "one");
	assert_string_equal(list.items[1], "two");
	assert_string_equal(list.items[2], "three");
	list.n = 0;
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = third;
	assert_int_equal(opt_parse(&usage, OPT_LIST_MAX + 1, many, &end, &p), 0);
	assert_int_equal(list.n, OPT_LIST_MAX);
	list.n = 0;
	assert_int_equal(opt_parse(&usage, OPT_LIST_MAX + 2, many, &end, &p), -PROB_CONFIG);
	assert_string_equal(p.detail, "option --add is given more than 100 times");
}

static void test_no_operands(void **state UNUSED)
{
	const struct opt_usage             none = { "chertctl none", "", "Tests.", rows };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	char                               program[] = "none", option[] = "-v", operand[] = "x";
	char                              *argv[] = { program, option, operand, NULL };
	int                                first = -1;

	assert_int_equal(opt_parse(&none, 2, argv, &first, &p), 0);
	assert_int_equal(first, 2);
	assert_int_equal(opt_parse(&none, 3, argv, &first, &p), -PROB_CONFIG);
	assert_string_equal(p.detail, "unexpected operand x; chertctl none --help lists the options");
}

static void test_usage(void **state UNUSED)
{
	auto_free char *text = NULL;
	size_t          len;
	FILE           *out = open_memstream(&text, &len);

	opt_print_usage(&usage, out);
	fclose(out);
	assert_string_equal(text, "usage: chertctl test [options] FILE\nTests.\n\n"
	                          "  -v, --verbose                    say more\n"
	                          "  -n, --name NAME                  call it NAME\n"
	                          "      --number N                   use N of them\n"
	                          "  -a, --add ITEM                   add ITEM; may be repeated\n"
	                          "      --help                       show this and exit\n"
	                          "      --version                    show the version and exit\n");
}

/* In a child, for they exit. */
static void test_help_and_version(void **state UNUSED)
{
	static const struct {
		const char *args[2], *start;
	} cases[] = {
		{ { "--help", NULL }, "usage: chertctl test" },
		{ { "--version", NULL }, PACKAGE_STRING "\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char  out[1000] = "";
		int   ends[2], status;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		fflush(NULL);
		pid = fork();
		if (pid == 0) {
			auto_clear(problem) struct problem p = PROBLEM_INIT;
			int                                first;

			dup2(ends[1], STDOUT_FILENO);
			_exit(parse(cases[i].args, &first, &p) == 0 ? 3 : 4);
		}
		close(ends[1]);
		assert_true(read(ends[0], out, sizeof(out) - 1) > 0);
		close(ends[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_memory_equal(out, cases[i].start, strlen(cases[i].start));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_list),  cmocka_unit_test(test_no_operands),
		cmocka_unit_test(test_usage), cmocka_unit_test(test_help_and_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

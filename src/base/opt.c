/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/opt.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "base/mem.h"

#define ROWS_MAX 40

/* What getopt_long() returns for a long option: above every letter. */
enum { VAL_HELP = 256, VAL_VERSION, VAL_FIRST_ROW };

static size_t count_rows(const struct opt_usage *usage)
{
	size_t n = 0;

	while (usage->opts[n].name)
		n++;
	return n;
}

static void fill_long_options(const struct opt_usage *usage, size_t n, struct option *longs)
{
	for (size_t i = 0; i < n; i++)
		longs[i] = (struct option){ usage->opts[i].name, usage->opts[i].type != OPT_FLAG, NULL,
			                    VAL_FIRST_ROW + (int)i };
	longs[n] = (struct option){ "help", no_argument, NULL, VAL_HELP };
	longs[n + 1] = (struct option){ "version", no_argument, NULL, VAL_VERSION };
}

/* "+" stops at the first operand, ":" tells a missing argument from an unknown option. */
static void fill_letters(const struct opt_usage *usage, size_t n, char *at)
{
	*at++ = '+';
	*at++ = ':';
	for (size_t i = 0; i < n; i++) {
		if (usage->opts[i].letter)
			*at++ = usage->opts[i].letter;
		if (usage->opts[i].letter && usage->opts[i].type != OPT_FLAG)
			*at++ = ':';
	}
}

/* val is what getopt_long() made of one of the rows. */
static const struct opt *find_row(const struct opt *row, int val)
{
	if (val >= VAL_FIRST_ROW)
		return &row[val - VAL_FIRST_ROW];
	while (row->letter != val)
		row++;
	return row;
}

static int store_int(const struct opt *o, const char *text, struct problem *p)
{
	char     *end = NULL;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end || errno || n < o->min || n > o->max)
		return problem_set(p, PROB_CONFIG, "option --%s is %s, permitted are %lld to %lld", o->name, text,
		                   (long long)o->min, (long long)o->max);
	*(int64_t *)o->dest = n;
	return 0;
}

static int store_item(const struct opt *o, const char *text, struct problem *p)
{
	struct opt_list *list = o->dest;

	if (list->n == OPT_LIST_MAX)
		return problem_set(p, PROB_CONFIG, "option --%s is given more than %d times", o->name, OPT_LIST_MAX);
	list->items[list->n++] = text;
	return 0;
}

static int store_text(const struct opt *o, const char *text, struct problem *p UNUSED)
{
	*(const char **)o->dest = text;
	return 0;
}

static int store_flag(const struct opt *o, const char *text UNUSED, struct problem *p UNUSED)
{
	*(bool *)o->dest = true;
	return 0;
}

static int (*const store[])(const struct opt *o, const char *text, struct problem *p) = {
	[OPT_FLAG] = store_flag,
	[OPT_TEXT] = store_text,
	[OPT_INT] = store_int,
	[OPT_LIST] = store_item,
};

static int refuse(const struct opt_usage *usage, int val, char **argv, struct problem *p)
{
	const char *what = val == ':' ? "needs an argument" : "is not permitted";

	/* optopt holds the letter; for a long option it holds the row's value, or 0 when there is no such row. */
	if (optopt > 0 && optopt < VAL_HELP)
		return problem_set(p, PROB_CONFIG, "option -%c %s; %s --help lists the options", optopt, what,
		                   usage->program);
	return problem_set(p, PROB_CONFIG, "option %s %s; %s --help lists the options", argv[optind - 1], what,
	                   usage->program);
}

int opt_parse(const struct opt_usage *usage, int argc, char **argv, int *ret_first, struct problem *p)
{
	const size_t      n = count_rows(usage);
	const struct opt *row;
	struct option     longs[ROWS_MAX + 3] = { 0 };
	char              letters[2 * ROWS_MAX + 3] = "";
	int               val, r;

	assert(n <= ROWS_MAX);
	fill_long_options(usage, n, longs);
	fill_letters(usage, n, letters);
	/* 0 makes glibc start afresh: a program parses its own options, then those of a subcommand. */
	optind = 0;
	while ((val = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (val == ':' || val == '?')
			return refuse(usage, val, argv, p);
		if (val == VAL_HELP || val == VAL_VERSION) {
			if (val == VAL_HELP)
				opt_print_usage(usage, stdout);
			else
				puts(PACKAGE_STRING);
			exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
		}
		row = find_row(usage->opts, val);
		r = store[row->type](row, optarg, p);
		if (r < 0)
			return r;
	}
	if (!*usage->operands && optind < argc)
		return problem_set(p, PROB_CONFIG, "unexpected operand %s; %s --help lists the options", argv[optind],
		                   usage->program);
	*ret_first = optind;
	return 0;
}

static void print_row(FILE *out, const struct opt *o)
{
	auto_free char *left = xasprintf("--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");

	if (o->letter)
		fprintf(out, "  -%c, %-28s %s\n", o->letter, left, o->help);
	else
		fprintf(out, "      %-28s %s\n", left, o->help);
}

void opt_print_usage(const struct opt_usage *usage, FILE *out)
{
	static const struct opt common[] = {
		{ "help", 0, OPT_FLAG, NULL, "show this and exit", NULL, 0, 0 },
		{ "version", 0, OPT_FLAG, NULL, "show the version and exit", NULL, 0, 0 },
	};

	fprintf(out, "usage: %s [options]%s%s\n%s\n\n", usage->program, *usage->operands ? " " : "", usage->operands,
	        usage->summary);
	for (const struct opt *o = usage->opts; o->name; o++)
		print_row(out, o);
	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		print_row(out, &common[i]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines by table over getopt_long(3): usage and --help are printed from the same rows. */
#ifndef CHERT_BASE_OPT_H
#define CHERT_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/problem.h"

enum opt_type { OPT_FLAG, OPT_TEXT, OPT_INT, OPT_LIST };

#define OPT_LIST_MAX   100
#define OPT_EXIT_USAGE 2 /* of a program whose command line was wrong */

/* The arguments of an option that may be repeated, in their order. */
struct opt_list {
	const char *items[OPT_LIST_MAX];
	size_t      n;
};

struct opt {
	const char   *name;   /* long name without dashes */
	char          letter; /* or 0 */
	enum opt_type type;
	const char   *arg;      /* what --help calls the argument; NULL for OPT_FLAG */
	const char   *help;     /* one line */
	void         *dest;     /* bool *, const char **, int64_t *, struct opt_list * */
	int64_t       min, max; /* OPT_INT */
};

struct opt_usage {
	const char       *program;  /* "chertctl ca init" */
	const char       *operands; /* "NAME…" or "" */
	const char       *summary;  /* one line */
	const struct opt *opts;     /* ends with a row without name */
};

/*
 * Parses argv[1..], stops at the first operand, and returns its index in *ret_first; where usage has no operands, one
 * is refused.
 * --help prints usage on stdout and exits 0; --version prints PACKAGE_STRING and exits 0.
 * Unknown option, missing argument, number out of range, too many in a list: PROB_CONFIG that names it and what is
 * permitted.
 */
int opt_parse(const struct opt_usage *usage, int argc, char **argv, int *ret_first, struct problem *p)
	NONNULL(1, 3, 4, 5) CHECK_RESULT;
void opt_print_usage(const struct opt_usage *usage, FILE *out) NONNULL(1, 2);

#endif

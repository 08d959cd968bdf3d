/* SPDX-License-Identifier: BSD-2-Clause */
/* What the list and show subcommands have in common. */
#ifndef CHERT_CTL_SHOW_H
#define CHERT_CTL_SHOW_H

#include "ctl/cmd.h"

/* --limit and --before, for the rows of a list subcommand. */
extern const struct opt show_list_opts[];

/* Prints what a call gave, as a table or as JSON. */
void show_rows(const struct cmd_run *run, const struct db_rows *rows) NONNULL(1, 2);
/* Calls with (limit, before) and prints the rows. */
int show_list(const struct cmd_run *run, enum db_call_id call, struct problem *p) NONNULL(1, 3) CHECK_RESULT;
/* The same where rows go by a text instead of an id. */
int show_list_by_text(const struct cmd_run *run, enum db_call_id call, struct problem *p) NONNULL(1, 3) CHECK_RESULT;
/* Calls with the id in the operand and prints the row; PROB_NOT_FOUND `no such WHAT`. */
int show_one(const struct cmd_run *run, enum db_call_id call, const char *what, struct problem *p) NONNULL(1, 3, 4)
	CHECK_RESULT;
int show_one_by_text(const struct cmd_run *run, enum db_call_id call, const char *what, struct problem *p)
	NONNULL(1, 3, 4) CHECK_RESULT;

#endif

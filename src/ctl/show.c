/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/show.h"

#include <stdio.h>

#include "ctl/arg.h"
#include "ctl/print.h"

static struct {
	int64_t     limit;
	const char *before;
} options = { .limit = 100 };

const struct opt show_list_opts[] = {
	{ "limit", 'n', OPT_INT, "N", "show at most so many, the newest (100)", &options.limit, 1, 100000 },
	{ "before", 0, OPT_TEXT, "ID", "only those older than this one", &options.before, 0, 0 },
	{ 0 },
};

void show_rows(const struct cmd_run *run, const struct db_rows *rows)
{
	if (run->json)
		print_json(stdout, rows);
	else
		print_table(stdout, rows);
}

static int list(const struct cmd_run *run, enum db_call_id call, struct db_arg before, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int r = db_call(run->db, call, (struct db_arg[]){ db_int(options.limit), before }, &rows, p);

	if (r == 0)
		show_rows(run, rows);
	return r;
}

int show_list(const struct cmd_run *run, enum db_call_id call, struct problem *p)
{
	struct id before;
	int       r = 0;

	if (options.before)
		r = arg_id(options.before, &before, p);
	return r < 0 ? r : list(run, call, db_id(options.before ? &before : NULL), p);
}

int show_list_by_text(const struct cmd_run *run, enum db_call_id call, struct problem *p)
{
	return list(run, call, db_text(options.before), p);
}

static int one(const struct cmd_run *run, enum db_call_id call, const char *what, struct db_arg which,
               struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r = db_call(run->db, call, &which, &rows, p);

	if (r < 0)
		return r;
	if (db_n_rows(rows) == 0)
		return problem_set(p, PROB_NOT_FOUND, "no such %s", what);
	if (run->json)
		print_json(stdout, rows);
	else
		print_record(stdout, rows, 0);
	return 0;
}

int show_one(const struct cmd_run *run, enum db_call_id call, const char *what, struct problem *p)
{
	struct id id;
	int       r = arg_id(run->operands[0], &id, p);

	return r < 0 ? r : one(run, call, what, db_id(&id), p);
}

int show_one_by_text(const struct cmd_run *run, enum db_call_id call, const char *what, struct problem *p)
{
	return one(run, call, what, db_text(run->operands[0]), p);
}

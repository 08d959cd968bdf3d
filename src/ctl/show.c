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

int show_list(const struct cmd_run *run, enum db_call_id call, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	struct id                      before;
	int                            r = 0;

	if (options.before)
		r = arg_id(options.before, &before, p);
	if (r < 0)
		return r;
	r = db_call(run->db, call, (struct db_arg[]){ db_int(options.limit), db_id(options.before ? &before : NULL) },
	            &rows, p);
	if (r < 0)
		return r;
	if (run->json)
		print_json(stdout, rows);
	else
		print_table(stdout, rows);
	return 0;
}

int show_one(const struct cmd_run *run, enum db_call_id call, const char *what, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	struct id                      id;
	int                            r = arg_id(run->operands[0], &id, p);

	if (r < 0)
		return r;
	r = db_call(run->db, call, (struct db_arg[]){ db_id(&id) }, &rows, p);
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

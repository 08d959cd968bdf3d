/* SPDX-License-Identifier: BSD-2-Clause */
/* Which database role speaks for a perspective, and from which region. */
#include <string.h>

#include "ctl/show.h"

static const char *region;

static const struct opt add_opts[] = {
	{ "region", 0, OPT_TEXT, "NAME", "where its validators are; without it they are in none", &region, 0, 0 },
	{ 0 },
};

static int add(const struct cmd_run *run, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const char                    *name = run->operands[0], *role = run->operands[1], *where = region ? region : "";
	int                            r;

	if (!*name || strlen(name) > CONF_NAME_MAX || strlen(where) > CONF_NAME_MAX)
		return problem_set(p, PROB_CONFIG, "a perspective has 1 to %d characters, a region up to %d",
		                   CONF_NAME_MAX, CONF_NAME_MAX);
	r = db_call(run->db, DB_ADMIN_PERSPECTIVE_ADD,
	            (struct db_arg[]){ db_text(name), db_text(role), db_text(where) }, &rows, p);
	if (r < 0)
		return r;
	if (!row_bool(rows, 0, "permitted"))
		return problem_set(p, PROB_CONFIG, "%.100s is no role that was granted chert_va", role);
	if (!row_bool(rows, 0, "added"))
		return problem_set(p, PROB_CONFIG, "perspective %s is listed already", name);
	return 0;
}

static int list(const struct cmd_run *run, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r = db_call(run->db, DB_ADMIN_PERSPECTIVE_LIST, NULL, &rows, p);

	if (r == 0)
		show_rows(run, rows);
	return r;
}

static int delete (const struct cmd_run *run, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            name = db_text(run->operands[0]);
	int                            r = db_call(run->db, DB_ADMIN_PERSPECTIVE_DELETE, &name, &rows, p);

	if (r == 0 && !row_bool(rows, 0, "known"))
		r = problem_set(p, PROB_NOT_FOUND, "no such perspective");
	return r;
}

const struct cmd cmd_perspective_add = {
	.words = "perspective add",
	.operands = "NAME ROLE",
	.help = "let only this database role speak for a perspective",
	.more = "A validator that is logged in as another role gets no work of this perspective, and the role none of\n"
		"another one.\n"
		"What its configuration says of the region must be the same, or nothing.",
	.flags = CMD_DB,
	.min_operands = 2,
	.max_operands = 2,
	.opts = add_opts,
	.run = add,
};

const struct cmd cmd_perspective_delete = {
	.words = "perspective delete",
	.operands = "NAME",
	.help = "let every validator speak for a perspective again whose role is not bound to another one",
	.flags = CMD_DB,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = delete,
};

const struct cmd cmd_perspective_list = {
	.words = "perspective list",
	.operands = "",
	.help = "list the perspectives that are bound to a role",
	.flags = CMD_DB | CMD_JSON,
	.opts = cmd_no_opts,
	.run = list,
};

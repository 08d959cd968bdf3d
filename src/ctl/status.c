/* SPDX-License-Identifier: BSD-2-Clause */
/* How the CA is doing, at a glance. */
#include "ctl/show.h"

static int status(const struct cmd_run *run, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r = db_call(run->db, DB_ADMIN_STATUS, NULL, &rows, p);

	if (r == 0)
		show_rows(run, rows);
	return r;
}

const struct cmd cmd_status = {
	.words = "status",
	.operands = "",
	.help = "show queues, orders by status and the daemons that were seen",
	.flags = CMD_DB | CMD_JSON,
	.opts = cmd_no_opts,
	.run = status,
};

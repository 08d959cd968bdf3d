/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/show.h"

static int list(const struct cmd_run *run, struct problem *p)
{
	return show_list(run, DB_ADMIN_ACCOUNT_LIST, p);
}

static int show(const struct cmd_run *run, struct problem *p)
{
	return show_one(run, DB_ADMIN_ACCOUNT_SHOW, "account", p);
}

const struct cmd cmd_account_list = {
	.words = "account list",
	.operands = "",
	.help = "list accounts, newest first",
	.flags = CMD_DB | CMD_JSON,
	.opts = show_list_opts,
	.run = list,
};

const struct cmd cmd_account_show = {
	.words = "account show",
	.operands = "ID|URL",
	.help = "show an account",
	.flags = CMD_DB | CMD_JSON,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = show,
};

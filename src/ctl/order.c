/* SPDX-License-Identifier: BSD-2-Clause */
/* Orders: list and show. */
#include "ctl/show.h"

static int list(const struct cmd_run *run, struct problem *p)
{
	return show_list(run, DB_ADMIN_ORDER_LIST, p);
}

static int show(const struct cmd_run *run, struct problem *p)
{
	return show_one(run, DB_ADMIN_ORDER_SHOW, "order", p);
}

const struct cmd cmd_order_list = {
	.words = "order list",
	.operands = "",
	.help = "list orders, newest first",
	.flags = CMD_DB | CMD_JSON,
	.opts = show_list_opts,
	.run = list,
};

const struct cmd cmd_order_show = {
	.words = "order show",
	.operands = "ID|URL",
	.help = "show an order and its authorizations",
	.flags = CMD_DB | CMD_JSON,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = show,
};

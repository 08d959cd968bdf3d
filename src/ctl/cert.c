/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates: list and show. */
#include "ctl/show.h"

static int list(const struct cmd_run *run, struct problem *p)
{
	return show_list(run, DB_ADMIN_CERT_LIST, p);
}

static int show(const struct cmd_run *run, struct problem *p)
{
	return show_one(run, DB_ADMIN_CERT_SHOW, "certificate", p);
}

const struct cmd cmd_cert_list = {
	.words = "cert list",
	.operands = "",
	.help = "list certificates, newest first",
	.flags = CMD_DB | CMD_JSON,
	.opts = show_list_opts,
	.run = list,
};

const struct cmd cmd_cert_show = {
	.words = "cert show",
	.operands = "SERIAL|ID|URL",
	.help = "show a certificate, PEM included",
	.flags = CMD_DB | CMD_JSON,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = show,
};

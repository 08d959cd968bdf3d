/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts: list, show, agreement to the terms by other means than ACME. */
#include <stdio.h>

#include "ctl/arg.h"
#include "ctl/show.h"

static bool all;

static const struct opt agree_opts[] = {
	{ "all", 0, OPT_FLAG, NULL, "all accounts that are valid", &all, 0, 0 },
	{ 0 },
};

static int list(const struct cmd_run *run, struct problem *p)
{
	return show_list(run, DB_ADMIN_ACCOUNT_LIST, p);
}

static int show(const struct cmd_run *run, struct problem *p)
{
	return show_one(run, DB_ADMIN_ACCOUNT_SHOW, "account", p);
}

/* NULL: all that have not.  Adds to *ret_n for how many that was noted. */
static int agree_one(const struct cmd_run *run, const struct id *account, int64_t *ret_n, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { db_id(account), db_text(conf_terms_version(run->conf)) };
	int                            r = db_call(run->db, DB_ADMIN_ACCOUNT_AGREE, args, &rows, p);

	if (r == 0)
		*ret_n += row_int(rows, 0, "agreed");
	return r;
}

static int agree(const struct cmd_run *run, struct problem *p)
{
	int64_t   n = 0;
	struct id id;
	int       r = 0;

	if (!conf_terms_version(run->conf))
		return problem_set(p, PROB_CONFIG, "there are no terms to agree to: terms-of-service is not set");
	if (all == (run->n_operands > 0))
		return problem_set(p, PROB_CONFIG, "expected either accounts or --all");
	if (all)
		r = agree_one(run, NULL, &n, p);
	for (size_t i = 0; r == 0 && i < run->n_operands; i++) {
		r = arg_id(run->operands[i], &id, p);
		if (r == 0)
			r = agree_one(run, &id, &n, p);
		if (r == 0 && n == (int64_t)i)
			r = problem_set(p, PROB_NOT_FOUND, "%.100s is no account that is valid", run->operands[i]);
	}
	if (r == 0)
		printf("%lld\n", (long long)n);
	return r;
}

const struct cmd cmd_account_agree = {
	.words = "account agree",
	.operands = "ID|URL...",
	.help = "note that accounts have agreed to the terms of service in force",
	.more = "For those who agreed by other means than the page that their client leads them to.\n"
		"Prints for how many that was noted.",
	.flags = CMD_DB,
	.max_operands = 100,
	.opts = agree_opts,
	.run = agree,
};

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

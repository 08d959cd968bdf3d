/* SPDX-License-Identifier: BSD-2-Clause */
/* draft-ietf-acme-dns-account-label: dns-01 at a name of each account's own, so that several can do it. */
#include "base/mem.h"
#include "validator/account-label.h"
#include "validator/dns-txt.h"
#include "validator/method.h"

/* Without a record, the account URL tells an admin which account's name was asked for. */
static int judge(struct attempt *a, const char *name, const struct dns_records *records, struct problem *p)
{
	struct problem missing = PROBLEM_INIT;
	int            r = dns_txt_judge_digest(a, name, records, &missing);

	if (r < 0 && records->n == 0)
		problem_set(p, missing.code, "%s for account %s", missing.detail, a->account_uri);
	else
		problem_move(p, &missing);
	problem_clear(&missing);
	return r;
}

static void dns_account_01_start(struct attempt *a)
{
	char           label[ACCOUNT_LABEL_LEN + 1];
	struct problem p = PROBLEM_INIT;

	if (account_label(a->account_uri, label, &p) < 0)
		dns_txt_fail(a, &p);
	else
		dns_txt_start(a, xasprintf("%s._acme-challenge.%s", label, a->identifier), judge);
}

const struct method method_dns_account_01 = {
	.name = "dns-account-01",
	.late = PROB_DNS,
	.start = dns_account_01_start,
	.cancel = dns_txt_cancel,
};

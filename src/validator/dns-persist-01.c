/* SPDX-License-Identifier: BSD-2-Clause */
/* draft-ietf-acme-dns-persist */
#include <string.h>

#include "acme/link.h"
#include "base/clk.h"
#include "base/mem.h"
#include "validator/dns-txt.h"
#include "validator/method.h"
#include "validator/persist.h"

static void copy_thumbprints(struct json_object *from, struct persist_claim *to)
{
	size_t n = from ? json_object_array_length(from) : 0;

	for (size_t i = 0; i < n && i < PERSIST_KEYS_MAX; i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(from, i));

		if (text)
			to->thumbprints[to->n_thumbprints++] = text;
	}
}

static int judge_records(struct attempt *a, const struct dns_records *records, struct problem *p)
{
	auto_free char      *prefix = link_plain(LINK_ACCOUNT_HASH);
	struct persist_claim claim = {
		.issuers = &a->env->conf->caa_identities,
		.account_uri = a->account_uri,
		.hash_prefix = prefix,
		.domain = a->identifier,
		.many_names = a->ident->wildcard,
		.now = clk_now() / CLK_SECOND,
	};
	int64_t until = 0;
	int     r;

	copy_thumbprints(a->thumbprints, &claim);
	r = persist_judge(records, &claim, &until, p);
	if (r == 0 && until != INT64_MAX)
		a->until = until * CLK_SECOND;
	return r;
}

static int judge(struct attempt *a, const char *name, const struct dns_records *records, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (records->n == 0)
		return problem_set(p, PROB_UNAUTHORIZED, "no TXT record at %s%s", name,
		                   records->rcode == DNS_NXDOMAIN ? " (NXDOMAIN)" : "");
	if (judge_records(a, records, &why) == 0)
		return 0;
	return problem_set(p, why.code, "TXT at %s: %s", name, why.detail);
}

static void dns_persist_01_start(struct attempt *a)
{
	dns_txt_start(a, xasprintf("_validation-persist.%s", a->identifier), judge);
}

const struct method method_dns_persist_01 = {
	.name = "dns-persist-01",
	.late = PROB_DNS,
	.start = dns_persist_01_start,
	.cancel = dns_txt_cancel,
};

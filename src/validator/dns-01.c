/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8555 8.4 */
#include "base/mem.h"
#include "validator/dns-txt.h"
#include "validator/method.h"

static void dns_01_start(struct attempt *a)
{
	dns_txt_start(a, xasprintf("_acme-challenge.%s", a->identifier), dns_txt_judge_digest);
}

const struct method method_dns_01 = {
	.name = "dns-01",
	.late = PROB_DNS,
	.start = dns_01_start,
	.cancel = dns_txt_cancel,
};

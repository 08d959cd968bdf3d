/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8555 8.4 */
#include "validator/method.h"

#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "json/js.h"
#include "pki/gnutls.h"
#include "validator/excerpt.h"

#define PREFIX     "_acme-challenge."
#define DIGEST_LEN 32
#define SHOWN_MAX  100

struct dns_01 {
	char            *name;
	struct rs_query *query;
};

static void dns_01_free(struct dns_01 *s)
{
	rs_cancel(s->query);
	free(s->name);
	free(s);
}

/* out: B64U_LEN(DIGEST_LEN) + 1 */
static int expected_value(const struct attempt *a, char *out, struct problem *p)
{
	uint8_t digest[DIGEST_LEN];
	int     err = gnutls_hash_fast(GNUTLS_DIG_SHA256, a->key_authorization, strlen(a->key_authorization), digest);

	if (err < 0)
		return problem_gnutls(p, PROB_INTERNAL, err, "SHA-256 failed");
	b64u_encode(digest, sizeof(digest), out);
	return 0;
}

static bool has_value(const struct dns_records *records, const char *expected)
{
	size_t len = strlen(expected);

	for (size_t i = 0; i < records->n; i++)
		if (records->items[i].len == len && gnutls_memcmp(records->items[i].data, expected, len) == 0)
			return true;
	return false;
}

static int judge(const struct attempt *a, const char *name, const struct dns_records *records, struct problem *p)
{
	char expected[B64U_LEN(DIGEST_LEN) + 1], found[SHOWN_MAX];
	int  r = expected_value(a, expected, p);

	if (r < 0)
		return r;
	if (has_value(records, expected))
		return 0;
	if (records->n == 0)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "no TXT record at %s%s, expected %s", name,
		                   records->rcode == DNS_NXDOMAIN ? " (NXDOMAIN)" : "", expected);
	excerpt(found, sizeof(found), records->items[0].data, records->items[0].len, NULL);
	if (records->n == 1)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "TXT record at %s is '%s', expected %s", name, found,
		                   expected);
	return problem_set(p, PROB_INCORRECT_RESPONSE, "none of %zu TXT records at %s is %s, the first is '%s'",
	                   records->n, name, expected, found);
}

static void on_txt(void *arg, const struct dns_records *records, struct problem *failure)
{
	struct attempt *a = arg;
	struct dns_01  *s = steal(a->state);
	struct problem  p = PROBLEM_INIT;

	s->query = NULL;
	if (records) {
		js_add_int(a->record, "txtRecords", (int64_t)records->n);
		judge(a, s->name, records, &p);
	} else {
		problem_move(&p, failure);
	}
	dns_01_free(s);
	a->done(a, &p);
}

static void dns_01_start(struct attempt *a)
{
	struct dns_01 *s = xcalloc(1, sizeof(*s));

	s->name = xasprintf(PREFIX "%s", a->identifier);
	js_add_text(a->record, "name", s->name);
	a->state = s;
	s->query = rs_ask(a->env->rs, s->name, DNS_TXT, on_txt, a);
}

static void dns_01_cancel(struct attempt *a)
{
	if (a->state)
		dns_01_free(steal(a->state));
}

const struct method method_dns_01 = {
	.name = "dns-01",
	.late = PROB_DNS,
	.start = dns_01_start,
	.cancel = dns_01_cancel,
};

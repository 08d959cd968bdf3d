/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/persist.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/b64u.h"
#include "base/buf.h"
#include "pki/gnutls.h"
#include "pki/ident.h"
#include "validator/issue-value.h"

#define HASH_ALGORITHM "sha-256"
#define ANY_DOMAIN     "*"
#define HASH_INPUT_MAX 4096
#define UNTIL_MAX      INT64_C(253402300799) /* the end of the year 9999: later times cannot be written */

_Static_assert(PERSIST_HASH_LEN == B64U_LEN(SHA256_LEN), "the digest in base64url");

/* --- the account */

int persist_hash(const char *domain, const char *thumbprint, const char *account_uri, char *out, struct problem *p)
{
	auto_clear(buf) struct buf input = BUF_INIT(HASH_INPUT_MAX);
	const size_t               len = strlen(domain);
	uint8_t                    digest[SHA256_LEN];
	int                        r;

	buf_addc(&input, (char)len);
	buf_adds(&input, domain);
	buf_adds(&input, thumbprint);
	buf_adds(&input, account_uri);
	if (len == 0 || len > IDENT_MAX || input.failed)
		return problem_set(p, PROB_INTERNAL, "domain or account URL too long for a hashed accounturi");
	r = sha256(input.data, input.len, digest, p);
	if (r == 0)
		b64u_encode(digest, sizeof(digest), out);
	return r;
}

static int is_hash_of(const char *hash, const char *domain, const char *thumbprint, const struct persist_claim *claim,
                      bool *ret, struct problem *p)
{
	char computed[PERSIST_HASH_LEN + 1];
	int  r = persist_hash(domain, thumbprint, claim->account_uri, computed, p);

	*ret = r == 0 && strcmp(hash, computed) == 0;
	return r;
}

/* The value may have been made with any key the account ever had, the newest first. */
static int is_hash_of_account(const char *hash, const struct persist_claim *claim, bool *ret, struct problem *p)
{
	int r = 0;

	*ret = false;
	for (size_t i = 0; r == 0 && !*ret && i < claim->n_thumbprints; i++) {
		const char *thumbprint = claim->thumbprints[i];

		r = is_hash_of(hash, claim->domain, thumbprint, claim, ret, p);
		if (r == 0 && !*ret)
			r = is_hash_of(hash, ANY_DOMAIN, thumbprint, claim, ret, p);
	}
	return r;
}

static int judge_account(const char *uri, const struct persist_claim *claim, struct problem *p)
{
	const size_t prefix_len = strlen(claim->hash_prefix);
	const char  *hash = uri + prefix_len;
	bool         found = strcmp(uri, claim->account_uri) == 0;
	int          r = 0;

	if (!found && strncmp(uri, claim->hash_prefix, prefix_len) == 0) {
		if (strncmp(hash, HASH_ALGORITHM "/", strlen(HASH_ALGORITHM "/")) != 0)
			return problem_set(p, PROB_MALFORMED,
			                   "accounturi of the record has a hash algorithm other than " HASH_ALGORITHM);
		r = is_hash_of_account(hash + strlen(HASH_ALGORITHM "/"), claim, &found, p);
	}
	if (r == 0 && !found)
		return problem_set(p, PROB_UNAUTHORIZED,
		                   "accounturi of the record is that of another account, expected %s",
		                   claim->account_uri);
	return r;
}

/* --- other parameters */

/* *ret is NULL when it is not there. */
static int find_param(const struct issue_value *v, const char *tag, const char **ret, struct problem *p)
{
	size_t n = issue_value_param(v, tag, ret);

	if (n > 1)
		return problem_set(p, PROB_MALFORMED, "record has %s %zu times, expected once", tag, n);
	if (n == 0)
		*ret = NULL;
	return 0;
}

static int parse_until(const char *text, int64_t *ret, struct problem *p)
{
	int64_t until = 0;

	if (!*text || text[strspn(text, "0123456789")])
		return problem_set(p, PROB_MALFORMED, "persistUntil of the record is no whole number of seconds");
	for (; *text; text++)
		until = until > UNTIL_MAX ? until : until * 10 + (*text - '0');
	*ret = until > UNTIL_MAX ? INT64_MAX : until;
	return 0;
}

static int judge_until(const char *text, const struct persist_claim *claim, int64_t *ret, struct problem *p)
{
	int r = text ? parse_until(text, ret, p) : 0;

	if (!text)
		*ret = INT64_MAX;
	if (r == 0 && claim->now > *ret)
		return problem_set(p, PROB_UNAUTHORIZED, "record has ended, its persistUntil is %" PRId64, *ret);
	return r;
}

static int judge_policy(const char *text, const struct persist_claim *claim, struct problem *p)
{
	if (claim->many_names && (!text || strcasecmp(text, "wildcard") != 0))
		return problem_set(
			p, PROB_UNAUTHORIZED,
			"record permits %s alone, expected policy=wildcard for a wildcard or the names below it",
			claim->domain);
	return 0;
}

/* --- a record */

static bool is_issuer(const char *name, size_t len, const struct persist_claim *claim)
{
	for (size_t i = 0; i < claim->issuers->n; i++) {
		const char *issuer = claim->issuers->items[i];

		if (strlen(issuer) == len && strncasecmp(issuer, name, len) == 0)
			return true;
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether a record is for this CA, be it well-formed or not: others' are nobody's fault. */
static bool is_addressed(const struct dns_record *record, const struct persist_claim *claim)
{
	const char *text = (const char *)record->data;
	size_t      len = 0;

	while (len < record->len && text[len] != ';')
		len++;
	while (len > 0 && is_blank(text[0])) {
		text++;
		len--;
	}
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	return is_issuer(text, len, claim);
}

static int judge_value(const struct issue_value *v, const struct persist_claim *claim, int64_t *ret_until,
                       struct problem *p)
{
	const char *uri, *policy, *until;
	int         r = find_param(v, "accounturi", &uri, p);

	if (r == 0)
		r = find_param(v, "policy", &policy, p);
	if (r == 0)
		r = find_param(v, "persistuntil", &until, p);
	if (r == 0 && !uri)
		r = problem_set(p, PROB_MALFORMED, "record has no accounturi");
	if (r == 0)
		r = judge_until(until, claim, ret_until, p);
	if (r == 0)
		r = judge_account(uri, claim, p);
	if (r == 0)
		r = judge_policy(policy, claim, p);
	return r;
}

static int judge_record(const struct dns_record *record, const struct persist_claim *claim, int64_t *ret_until,
                        struct problem *p)
{
	auto_clear(issue_value) struct issue_value v = { .domain = NULL };
	int                                        r = issue_value_parse(record->data, record->len, &v, p);

	return r < 0 ? r : judge_value(&v, claim, ret_until, p);
}

int persist_judge(const struct dns_records *records, const struct persist_claim *claim, int64_t *ret_until,
                  struct problem *p)
{
	auto_clear(problem) struct problem first = PROBLEM_INIT;
	int64_t                            best = -1;

	for (size_t i = 0; i < records->n; i++) {
		auto_clear(problem) struct problem own = PROBLEM_INIT;
		int64_t                            until = 0;

		if (!is_addressed(&records->items[i], claim))
			continue;
		if (judge_record(&records->items[i], claim, &until, &own) == 0)
			best = until > best ? until : best;
		else if (first.code == PROB_NONE)
			problem_move(&first, &own);
	}
	if (best >= 0) {
		*ret_until = best;
		return 0;
	}
	if (first.code == PROB_NONE)
		return problem_set(p, PROB_UNAUTHORIZED, "none of the %zu TXT records is for this CA, expected %s%s",
		                   records->n, claim->issuers->n > 0 ? claim->issuers->items[0] : "no record",
		                   claim->issuers->n > 1 ? " or another of its issuer domain names" : "");
	problem_move(p, &first);
	return -(int)p->code;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/dns-txt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "json/js.h"
#include "pki/gnutls.h"
#include "validator/authority.h"
#include "validator/excerpt.h"
#include "validator/timer.h"

#define RECORDS_KEPT 10 /* of an answer, for the operator */
#define RECORD_MAX   300

struct dns_txt {
	dns_txt_judge          *judge;
	char                   *name;                 /* NULL: the attempt did not start */
	struct event           *soon;                 /* NULL: it did */
	char                    owner[DNS_TEXT_SIZE]; /* where the last answer's chain of aliases ended */
	struct rs_query        *query;
	struct authority_query *authority;
	bool                    asked_name, asked_owner; /* of their zones' servers */
	size_t                  n_records;               /* of the last answer */
	struct json_object     *answers;                 /* for the operator */
	struct problem          verdict;
};

static void dns_txt_free(struct dns_txt *s)
{
	rs_cancel(s->query);
	authority_cancel(s->authority);
	if (s->soon)
		event_free(s->soon);
	problem_clear(&s->verdict);
	free(s->name);
	free(s);
}

static void show(struct attempt *a, const struct dns_txt *s)
{
	struct json_object *entry = js_new_object();

	js_add_text(entry, "hostname", s->name);
	js_add_int(entry, "records", (int64_t)s->n_records);
	js_append(a->shown, entry);
}

/* Empty: valid. */
static void finish(struct attempt *a, struct problem *outcome)
{
	struct dns_txt *s = steal(a->state);
	struct problem  p = PROBLEM_INIT;

	problem_move(&p, outcome);
	if (s->name)
		show(a, s);
	dns_txt_free(s);
	a->done(a, &p);
}

/* --- for the operator */

static struct json_object *note(struct dns_txt *s, const char *from)
{
	struct json_object *entry = js_new_object();

	js_add_text(entry, "from", from);
	js_append(s->answers, entry);
	return entry;
}

static void note_answer(struct dns_txt *s, const char *from, const struct dns_records *records)
{
	struct json_object *entry = note(s, from), *list = js_new_array();

	js_add_text(entry, "owner", records->owner);
	js_add_text(entry, "rcode", dns_rcode_name(records->rcode));
	for (size_t i = 0; i < records->n && i < RECORDS_KEPT; i++) {
		char text[RECORD_MAX];

		excerpt(text, sizeof(text), records->items[i].data, records->items[i].len, NULL);
		js_append_text(list, text);
	}
	js_add(entry, "records", list);
}

static void note_failure(struct dns_txt *s, const char *from, const struct problem *p)
{
	struct json_object *entry = note(s, from);

	js_add_text(entry, "failure", p->detail);
	if (*p->cause)
		js_add_text(entry, "cause", p->cause);
}

/* --- the zones' own servers */

static void ask_on(struct attempt *a);

/* True when it ended the attempt: valid. */
static bool judge(struct attempt *a, const struct dns_records *records)
{
	struct dns_txt *s = a->state;
	int             r;

	problem_clear(&s->verdict);
	r = s->judge(a, s->name, records, &s->verdict);
	s->n_records = records->n;
	snprintf(s->owner, sizeof(s->owner), "%s", records->owner);
	if (r == 0)
		finish(a, &s->verdict);
	return r == 0;
}

/*
 * A forged answer and one that may be had in a moment are worth more than the verdict on what the resolvers said; where
 * nobody lets us ask, that verdict is all there is.
 */
static void judge_failure(struct attempt *a, struct problem *failure)
{
	struct dns_txt *s = a->state;
	struct problem  busy = PROBLEM_INIT;

	note_failure(s, "authority", failure);
	if (failure->code == PROB_DNSSEC) {
		finish(a, failure);
	} else if (failure->code == PROB_UNAVAILABLE) {
		problem_set(&busy, PROB_DNS, "%s", failure->detail);
		finish(a, &busy);
	} else {
		finish(a, &s->verdict);
	}
}

static void on_authority(void *arg, const struct dns_records *records, struct problem *failure)
{
	struct attempt *a = arg;
	struct dns_txt *s = a->state;

	s->authority = NULL;
	if (!records) {
		judge_failure(a, failure);
		return;
	}
	note_answer(s, "authority", records);
	if (!judge(a, records))
		ask_on(a);
}

static void ask_authority(struct attempt *a, const char *name)
{
	struct dns_txt *s = a->state;

	s->authority = authority_ask(a->env->authority, name, DNS_TXT, on_authority, a);
}

/*
 * Where the resolvers validate and we do not, an unsigned answer from elsewhere would undo what they are for
 * (RFC 8555 11.2).
 */
static bool may_ask(const struct attempt *a, const char *name)
{
	const struct conf_validator *conf = &a->env->conf->validator;
	const bool                   validated = conf->trust_anchor_file && *conf->trust_anchor_file;

	if (strcmp(conf->zone_servers, "always") != 0 && (strcmp(conf->zone_servers, "never") == 0 || !validated))
		return false;
	return rs_is_cached(a->env->rs, name);
}

/* True when the zone's servers are being asked. */
static bool ask_once(struct attempt *a, const char *name, bool *asked)
{
	if (*asked)
		return false;
	*asked = true;
	if (!may_ask(a, name))
		return false;
	ask_authority(a, name);
	return true;
}

/* First those of the name, which know of a new alias, then those of where the alias leads. */
static void ask_on(struct attempt *a)
{
	struct dns_txt *s = a->state;

	if (ask_once(a, s->name, &s->asked_name))
		return;
	if (strcasecmp(s->owner, s->name) != 0 && ask_once(a, s->owner, &s->asked_owner))
		return;
	finish(a, &s->verdict);
}

/* --- the resolvers */

static void on_txt(void *arg, const struct dns_records *records, struct problem *failure)
{
	struct attempt *a = arg;
	struct dns_txt *s = a->state;

	s->query = NULL;
	if (!records) {
		note_failure(s, "resolvers", failure);
		finish(a, failure);
		return;
	}
	note_answer(s, "resolvers", records);
	if (!judge(a, records))
		ask_on(a);
}

void dns_txt_start(struct attempt *a, char *name, dns_txt_judge *judge_)
{
	struct dns_txt *s = xcalloc(1, sizeof(*s));

	s->judge = judge_;
	s->name = name;
	s->answers = js_new_array();
	js_add(a->record, "answers", s->answers);
	a->state = s;
	s->query = rs_ask(a->env->rs, name, DNS_TXT, on_txt, a);
}

static void on_soon(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct attempt *a = arg;
	struct dns_txt *s = a->state;

	finish(a, &s->verdict);
}

void dns_txt_fail(struct attempt *a, struct problem *p)
{
	struct dns_txt *s = xcalloc(1, sizeof(*s));

	problem_move(&s->verdict, p);
	s->soon = oom_check(evtimer_new(a->env->base, on_soon, a));
	timer_start(s->soon, 0);
	a->state = s;
}

void dns_txt_cancel(struct attempt *a)
{
	if (a->state)
		dns_txt_free(steal(a->state));
}

/* --- RFC 8555 8.4 */

/* out: B64U_LEN(SHA256_LEN) + 1 */
static int expected_value(const struct attempt *a, char *out, struct problem *p)
{
	uint8_t digest[SHA256_LEN];
	int     r = sha256(a->key_authorization, strlen(a->key_authorization), digest, p);

	if (r == 0)
		b64u_encode(digest, sizeof(digest), out);
	return r;
}

static bool has_value(const struct dns_records *records, const char *expected)
{
	size_t len = strlen(expected);

	for (size_t i = 0; i < records->n; i++)
		if (records->items[i].len == len && gnutls_memcmp(records->items[i].data, expected, len) == 0)
			return true;
	return false;
}

int dns_txt_judge_digest(struct attempt *a, const char *name, const struct dns_records *records, struct problem *p)
{
	char expected[B64U_LEN(SHA256_LEN) + 1];
	int  r = expected_value(a, expected, p);

	if (r < 0)
		return r;
	if (has_value(records, expected))
		return 0;
	if (records->n == 0)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "no TXT record at %s%s, expected %s", name,
		                   records->rcode == DNS_NXDOMAIN ? " (NXDOMAIN)" : "", expected);
	if (records->n == 1)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "the TXT record at %s is another, expected %s", name,
		                   expected);
	return problem_set(p, PROB_INCORRECT_RESPONSE, "none of the %zu TXT records at %s is the one expected, %s",
	                   records->n, name, expected);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/dial.h"

#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"
#include "validator/timer.h"

#define FAMILIES   2
#define PER_FAMILY 2 /* addresses of one family that are tried */
#define LISTED_MAX 8 /* addresses in a list of a record */
#define LOST_MAX   (DIAL_SHOWN_MAX - ADDR_TEXT_MAX - 2)

struct family {
	struct rs_query *query;
	struct problem   failed; /* of the look-up */
	struct addr      addrs[PER_FAMILY];
	size_t           n;
};

struct dial {
	const struct method_env *env;
	char                    *host;
	struct json_object      *shown, *record, *resolved, *tried; /* borrowed */
	struct family            families[FAMILIES];                /* IPv6 first */
	size_t                   next;
	char                     used[ADDR_TEXT_MAX]; /* given out last; empty: none was */
	struct buf               lost;                /* those before it, and what came of them */
	bool                     is_refused;
	struct addr              refused; /* the last one */
	bool                     no_name; /* NXDOMAIN */
	struct event            *soon;    /* for a literal: there is nothing to wait for, but cb comes later */
	dial_cb                 *cb;
	void                    *arg;
};

static const enum dns_type family_type[FAMILIES] = { DNS_AAAA, DNS_A };

static void note_refusal(struct dial *dial, const char *address, const char *reason)
{
	struct json_object *list = js_member_array(dial->record, "addressesRefused"), *entry;

	if (json_object_array_length(list) == LISTED_MAX)
		return;
	entry = js_new_object();
	js_add_text(entry, "address", address);
	js_add_text(entry, "reason", reason);
	js_append(list, entry);
}

static void take_address(struct dial *dial, const struct addr *addr)
{
	struct family *family = &dial->families[addr->v6 ? 0 : 1];
	const char    *refusal = addr_refusal(dial->env->policy, addr);
	char           text[ADDR_TEXT_MAX];

	addr_to_text(addr, text);
	if (refusal) {
		note_refusal(dial, text, refusal);
		dial->refused = *addr;
		dial->is_refused = true;
		return;
	}
	if (json_object_array_length(dial->resolved) < LISTED_MAX)
		js_append_text(dial->resolved, text);
	if (family->n < PER_FAMILY)
		family->addrs[family->n++] = *addr;
}

static int explain_refusal(const struct dial *dial, struct problem *p)
{
	char text[ADDR_TEXT_MAX];

	addr_to_text(&dial->refused, text);
	problem_set(p, PROB_FORBIDDEN_ADDRESS, "host %s has no address that this CA may connect to", dial->host);
	return problem_cause(p, "%s: %s", text, addr_refusal(dial->env->policy, &dial->refused));
}

/* A look-up that may go better the next time comes before what is certain about the other family. */
static struct family *failed_family(struct dial *dial)
{
	struct family *found = NULL;

	for (size_t i = FAMILIES; i-- > 0;) {
		struct family *family = &dial->families[i];

		if (family->failed.code != PROB_NONE && (!found || found->failed.code != PROB_DNS))
			found = family;
	}
	return found;
}

static int explain_lack(struct dial *dial, struct problem *p)
{
	struct family *failed = failed_family(dial);

	if (failed) {
		problem_move(p, &failed->failed);
		return -(int)p->code;
	}
	if (dial->is_refused)
		return explain_refusal(dial, p);
	return problem_set(p, PROB_NO_RECORD, "no A or AAAA record at %s%s, expected at least one", dial->host,
	                   dial->no_name ? " (NXDOMAIN)" : "");
}

static bool has_address(const struct dial *dial)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (dial->families[i].n > 0)
			return true;
	return false;
}

static void deliver(struct dial *dial)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	if (!has_address(dial))
		explain_lack(dial, &p);
	dial->cb(dial->arg, p.code == PROB_NONE ? NULL : &p);
}

static void on_soon(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	deliver(arg);
}

static void on_records(struct dial *dial, struct family *family, const struct dns_records *records, struct problem *p)
{
	struct addr addr;

	family->query = NULL;
	if (p)
		problem_move(&family->failed, p);
	if (records && records->rcode == DNS_NXDOMAIN)
		dial->no_name = true;
	for (size_t i = 0; records && i < records->n; i++)
		if (addr_from_bytes(records->items[i].data, records->items[i].len, &addr))
			take_address(dial, &addr);
	if (!dial->families[0].query && !dial->families[1].query)
		deliver(dial);
}

static void on_aaaa(void *arg, const struct dns_records *records, struct problem *p)
{
	struct dial *dial = arg;

	on_records(dial, &dial->families[0], records, p);
}

static void on_a(void *arg, const struct dns_records *records, struct problem *p)
{
	struct dial *dial = arg;

	on_records(dial, &dial->families[1], records, p);
}

static void ask(struct dial *dial)
{
	static rs_cb *const callbacks[FAMILIES] = { on_aaaa, on_a };

	for (size_t i = 0; i < FAMILIES; i++)
		dial->families[i].query = rs_ask(dial->env->rs, dial->host, family_type[i], callbacks[i], dial);
}

static void take_literal(struct dial *dial, const struct addr *literal)
{
	take_address(dial, literal);
	dial->soon = oom_check(evtimer_new(dial->env->base, on_soon, dial));
	timer_start(dial->soon, 0);
}

struct dial *dial_new(const struct method_env *env, const struct dial_target *target, struct json_object *shown,
                      struct json_object *record, dial_cb *cb, void *arg)
{
	struct dial *dial = xcalloc(1, sizeof(*dial));

	dial->env = env;
	dial->host = xstrdup(target->host);
	dial->shown = shown;
	dial->record = record;
	dial->resolved = js_new_array();
	dial->tried = js_new_array();
	dial->lost = BUF_INIT(LOST_MAX);
	dial->cb = cb;
	dial->arg = arg;
	js_add_text(shown, "hostname", target->host);
	js_add_int(shown, "port", target->port);
	js_add(shown, "addressesResolved", dial->resolved);
	js_add(shown, "addressesTried", dial->tried);
	if (target->literal)
		take_literal(dial, target->literal);
	else
		ask(dial);
	return dial;
}

/* NULL when there are not so many. */
static const struct addr *nth_address(const struct dial *dial, size_t n)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		const struct family *family = &dial->families[i];

		if (n < family->n)
			return &family->addrs[n];
		n -= family->n;
	}
	return NULL;
}

bool dial_next(struct dial *dial, const struct problem *before, struct addr *ret)
{
	const struct addr *addr = nth_address(dial, dial->next);

	if (!addr)
		return false;
	if (before)
		buf_addf(&dial->lost, "[%s]: %s; ", dial->used, before->detail);
	addr_to_text(addr, dial->used);
	js_append_text(dial->tried, dial->used);
	js_add_text(dial->shown, "addressUsed", dial->used);
	dial->next++;
	*ret = *addr;
	return true;
}

void dial_show(const struct dial *dial, char *out)
{
	*out = '\0';
	if (*dial->used)
		snprintf(out, DIAL_SHOWN_MAX, "%s[%s]", buf_str(&dial->lost), dial->used);
}

void dial_free(struct dial *dial)
{
	if (!dial)
		return;
	for (size_t i = 0; i < FAMILIES; i++) {
		rs_cancel(dial->families[i].query);
		problem_clear(&dial->families[i].failed);
	}
	if (dial->soon)
		event_free(dial->soon);
	buf_clear(&dial->lost);
	free(dial->host);
	free(dial);
}

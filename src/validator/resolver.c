/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/resolver.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <unbound-event.h>
#include <unbound.h>

#include "base/address.h"
#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/ident.h"
#include "validator/dns-reason.h"
#include "validator/extended-error.h"
#include "validator/hosts.h"
#include "validator/resolver-setup.h"
#include "validator/timer.h"

#define CLASS_IN       1
#define SECURITY_BOGUS 1
#define HOSTS_PER_NAME 16
#define REASON_SIZE    256

struct resolver {
	struct rs_setup   setup;
	struct ub_ctx    *ctx;
	struct hosts     *hosts; /* NULL: none */
	struct ede_server first; /* of the resolvers, which may tell why it failed */
	size_t            n_queries;
};

struct rs_query {
	struct resolver   *rs;
	char              *name;
	enum dns_type      type;
	rs_cb             *cb;
	void              *arg;
	struct event      *timer;    /* first the time-out, then the delivery */
	struct ede_query  *extended; /* after a failure */
	int                async_id;
	bool               asked;    /* libunbound is at it */
	bool               answered; /* records or problem is filled */
	struct dns_records records;
	struct problem     problem;
};

/* --- queries */

static void query_free(struct rs_query *q)
{
	ede_cancel(q->extended);
	event_free(q->timer);
	dns_records_clear(&q->records);
	problem_clear(&q->problem);
	q->rs->n_queries--;
	free(q->name);
	free(q);
}

static void deliver(struct rs_query *q)
{
	if (q->problem.code != PROB_NONE)
		q->cb(q->arg, NULL, &q->problem);
	else
		q->cb(q->arg, &q->records, NULL);
	query_free(q);
}

static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct rs_query *q = arg;

	if (!q->answered) {
		ub_cancel(q->rs->ctx, q->async_id);
		problem_set(&q->problem, PROB_DNS, "no answer to the query for %s %s within %lld ms", q->name,
		            dns_type_name(q->type), (long long)(q->rs->setup.conf->resolve_timeout / CLK_MILLISECOND));
	}
	deliver(q);
}

static void judge_bogus(struct rs_query *q, const char *why)
{
	char text[REASON_SIZE];

	dns_reason_public(text, sizeof(text), why);
	problem_set(&q->problem, PROB_DNSSEC, "answer for %s %s does not pass DNSSEC validation: %s", q->name,
	            dns_type_name(q->type), text);
	problem_cause(&q->problem, "%s", why);
}

static void judge_failure(struct rs_query *q, unsigned rcode)
{
	const char *why = dns_reason_heard(q->name, q->type);
	char        text[REASON_SIZE];

	dns_reason_public(text, sizeof(text), why);
	problem_set(&q->problem, PROB_DNS, "query for %s %s failed: %s%s%s", q->name, dns_type_name(q->type),
	            dns_rcode_name(rcode), *text ? ", " : "", text);
	if (*why)
		problem_cause(&q->problem, "%s", why);
}

/* Sets q->records, or q->problem. */
static void judge(struct rs_query *q, int rcode, const void *message, int len, int security, const char *why)
{
	/* Bogus data comes with rcode 0 and the records: only this says that they are forged. */
	if (security == SECURITY_BOGUS) {
		judge_bogus(q, why ? why : "");
		return;
	}
	if (rcode == DNS_NXDOMAIN) {
		q->records.rcode = DNS_NXDOMAIN;
		return;
	}
	if (rcode == DNS_NOERROR && message && len > 0) {
		if (dns_wire_parse(message, (size_t)len, q->type, &q->records, &q->problem) < 0)
			return;
		rcode = (int)q->records.rcode;
	}
	if (rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN)
		judge_failure(q, (unsigned)rcode);
}

static void on_extended(void *arg, int code)
{
	struct rs_query *q = arg;

	q->extended = NULL;
	if (code != DNS_NO_EXTENDED)
		problem_append(&q->problem, "; extended error %d (%s)", code, ede_name(code));
	deliver(q);
}

static void on_answer(void *arg, int rcode, void *message, int len, int security, char *why, int was_ratelimited UNUSED)
{
	struct rs_query *q = arg;

	judge(q, rcode, message, len, security, why);
	q->asked = false;
	q->answered = true;
	if (q->problem.code == PROB_DNS && rs_is_cached(q->rs, q->name))
		q->extended = ede_ask(q->rs->setup.base, &q->rs->first, q->name, q->type, on_extended, q);
	/* Delivered from the loop: the callback may ask again, or be what is running ub_resolve_event(). */
	if (!q->extended)
		timer_start(q->timer, 0);
}

static bool answer_from_hosts(struct rs_query *q)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct addr                        found[HOSTS_PER_NAME];
	bool                               v6 = q->type == DNS_AAAA;
	struct hosts_query                 query = { .v6 = v6, .out = found, .size = ARRAY_LEN(found) };

	if (!q->rs->hosts || (q->type != DNS_A && !v6))
		return false;
	if (hosts_refresh(&q->rs->hosts, &p) < 0)
		log_problem(LOGL_WARNING, "hosts-file", &p, NULL);
	if (!hosts_find(q->rs->hosts, q->name, &query))
		return false;
	for (size_t i = 0; i < query.n; i++)
		dns_records_add(&q->records, found[i].b, v6 ? 16 : 4);
	return true;
}

static void judge_refusal(struct rs_query *q, int err)
{
	if (err == UB_SYNTAX)
		problem_set(&q->problem, PROB_NO_RECORD, "%s cannot exist, it is longer than DNS permits", q->name);
	else
		problem_set(&q->problem, PROB_DNS, "query for %s %s cannot be made", q->name, dns_type_name(q->type));
	problem_cause(&q->problem, "libunbound: %s", ub_strerror(err));
}

static void ask_network(struct rs_query *q)
{
	int err;

	q->asked = true;
	dns_reason_forget();
	err = ub_resolve_event(q->rs->ctx, q->name, (int)q->type, CLASS_IN, q, on_answer, &q->async_id);
	if (err != 0) {
		q->asked = false;
		q->answered = true;
		judge_refusal(q, err);
		timer_start(q->timer, 0);
	} else if (!q->answered) {
		timer_start(q->timer, q->rs->setup.conf->resolve_timeout);
	}
}

struct rs_query *rs_ask(struct resolver *rs, const char *name, enum dns_type type, rs_cb *cb, void *arg)
{
	struct rs_query *q = xcalloc(1, sizeof(*q));

	q->rs = rs;
	q->name = xstrdup(name);
	q->type = type;
	q->cb = cb;
	q->arg = arg;
	q->timer = oom_check(evtimer_new(rs->setup.base, on_timer, q));
	snprintf(q->records.owner, sizeof(q->records.owner), "%s", name);
	rs->n_queries++;
	q->answered = answer_from_hosts(q);
	if (q->answered)
		timer_start(q->timer, 0);
	else
		ask_network(q);
	return q;
}

void rs_cancel(struct rs_query *query)
{
	if (!query)
		return;
	if (query->asked)
		ub_cancel(query->rs->ctx, query->async_id);
	query_free(query);
}

/* --- life */

static int make(const struct rs_setup *setup, const struct rs_zone *zone, struct resolver **ret, struct problem *p)
{
	auto_(resolver) struct resolver *rs = xcalloc(1, sizeof(*rs));
	int                              r;

	rs->setup = *setup;
	rs->ctx = oom_check(ub_ctx_create_event(setup->base));
	r = resolver_set_up(
		&(struct resolver_setup){
			.ctx = rs->ctx,
			.conf = setup->conf,
			.policy = setup->policy,
			.zone = zone,
		},
		p);
	if (r < 0)
		return r;
	*ret = steal(rs);
	return 0;
}

int rs_new(const struct rs_setup *setup, struct resolver **ret, struct problem *p)
{
	auto_(resolver) struct resolver *rs = NULL;
	const char                      *hosts_file = setup->conf->hosts_file;
	int                              r = make(setup, NULL, &rs, p);

	if (r == 0 && hosts_file && *hosts_file)
		r = hosts_load(hosts_file, &rs->hosts, p);
	if (r < 0)
		return r;
	resolver_first(setup->conf, &rs->first);
	*ret = steal(rs);
	return 0;
}

int rs_new_for_zone(const struct resolver *rs, const struct rs_zone *zone, struct resolver **ret, struct problem *p)
{
	return make(&rs->setup, zone, ret, p);
}

bool rs_is_cached(const struct resolver *rs, const char *name)
{
	const struct conf_list *stubs = &rs->setup.conf->stub_zones;

	for (size_t i = 0; i < stubs->n; i++) {
		auto_free char *zone = xasprintf("%.*s", (int)stub_zone_len(stubs->items[i]), stubs->items[i]);

		if (ident_under(name, zone))
			return false;
	}
	return !resolvers_are(rs->setup.conf, RS_ROOT);
}

void rs_free(struct resolver *rs)
{
	if (!rs)
		return;
	assert(rs->n_queries == 0);
	ub_ctx_delete(rs->ctx);
	hosts_free(rs->hosts);
	free(rs);
}

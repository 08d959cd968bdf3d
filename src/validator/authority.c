/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/authority.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/clk.h"
#include "base/mem.h"
#include "pki/ident.h"
#include "validator/timer.h"

#define ZONES_MAX     8 /* each has a resolver of its own, of some megabytes */
#define ZONE_LIFE     (60 * CLK_SECOND)
#define CLIMB_MAX     10
#define SERVERS_MAX   4
#define ADDRESSES_MAX 8
#define PATIENCE_MAX  (3 * CLK_SECOND)

struct zone {
	char            *name; /* NULL: free */
	struct resolver *rs;
	int64_t          made; /* clk_mono() */
	size_t           n_users;
};

TAILQ_HEAD(waiting, authority_query);

struct authority {
	struct authority_setup setup;
	struct zone            zones[ZONES_MAX];
	struct waiting         waiting; /* for a zone that nobody uses */
	struct event          *wake;
};

struct lookup {
	struct authority_query *q;
	struct rs_query        *query;
};

struct authority_query {
	TAILQ_ENTRY(authority_query) link;
	struct authority *au;
	char             *name;
	enum dns_type     type;
	rs_cb            *cb;
	void             *arg;
	struct event     *timer;
	const char       *ancestor; /* part of name: whose SOA record is asked for */
	unsigned          n_climbed;
	char             *zone_name; /* NULL: not known yet */
	struct rs_query  *query;     /* for SOA, NS, or the question itself */
	struct lookup     lookups[2 * SERVERS_MAX];
	size_t            n_pending; /* of them */
	struct addr       addresses[ADDRESSES_MAX];
	size_t            n_addresses;
	bool              refused; /* an address that the policy does not permit */
	bool              waits;
	struct zone      *zone; /* in use */
};

/* --- end of a query */

static void query_free(struct authority_query *q)
{
	rs_cancel(q->query);
	for (size_t i = 0; i < ARRAY_LEN(q->lookups); i++)
		rs_cancel(q->lookups[i].query);
	if (q->waits)
		TAILQ_REMOVE(&q->au->waiting, q, link);
	if (q->zone && --q->zone->n_users == 0)
		event_active(q->au->wake, EV_TIMEOUT, 0);
	event_free(q->timer);
	free(q->zone_name);
	free(q->name);
	free(q);
}

static void finish(struct authority_query *q, const struct dns_records *records, struct problem *p)
{
	rs_cb *cb = q->cb;
	void  *arg = q->arg;

	query_free(q);
	cb(arg, records, p);
}

/* --- the question itself */

static void on_answer(void *arg, const struct dns_records *records, struct problem *p)
{
	struct authority_query *q = arg;

	q->query = NULL;
	finish(q, records, p);
}

/* Servers that say nothing leave the attempt time to tell what the resolvers said. */
static int64_t patience(const struct conf_validator *conf)
{
	const int64_t half = conf->attempt_timeout / 2, most = half < PATIENCE_MAX ? half : PATIENCE_MAX;

	return conf->resolve_timeout < most ? conf->resolve_timeout : most;
}

/* However long it had to wait for that, it has all the time for this. */
static void ask_zone(struct authority_query *q, struct zone *zone)
{
	timer_start(q->timer, patience(q->au->setup.conf));
	zone->n_users++;
	q->zone = zone;
	q->query = rs_ask(zone->rs, q->name, q->type, on_answer, q);
}

static struct zone *zone_find(struct authority *au, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(au->zones); i++) {
		struct zone *zone = &au->zones[i];

		if (zone->name && strcmp(zone->name, name) == 0 && clk_mono() - zone->made < ZONE_LIFE)
			return zone;
	}
	return NULL;
}

static void zone_clear(struct zone *zone)
{
	rs_free(zone->rs);
	free(zone->name);
	*zone = (struct zone){ .name = NULL };
}

/* A free one, else the oldest of those that nobody uses; NULL when all are in use. */
static struct zone *zone_take(struct authority *au)
{
	struct zone *best = NULL;

	for (size_t i = 0; i < ARRAY_LEN(au->zones); i++) {
		struct zone *zone = &au->zones[i];

		if (zone->n_users == 0 && (!best || zone->made < best->made))
			best = zone;
	}
	if (best)
		zone_clear(best);
	return best;
}

/* False when it has to wait for a zone. */
static bool make_zone(struct authority_query *q)
{
	const struct rs_zone zone = { .name = q->zone_name, .servers = q->addresses, .n = q->n_addresses };
	struct problem       p = PROBLEM_INIT;
	struct zone         *place = zone_find(q->au, q->zone_name);

	if (place) {
		ask_zone(q, place);
		return true;
	}
	place = zone_take(q->au);
	if (!place)
		return false;
	if (rs_new_for_zone(q->au->setup.rs, &zone, &place->rs, &p) < 0) {
		finish(q, NULL, &p);
		problem_clear(&p);
		return true;
	}
	place->name = xstrdup(q->zone_name);
	place->made = clk_mono();
	ask_zone(q, place);
	return true;
}

static void on_wake(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct authority       *au = arg;
	struct authority_query *q;

	while ((q = TAILQ_FIRST(&au->waiting))) {
		TAILQ_REMOVE(&au->waiting, q, link);
		q->waits = false;
		if (make_zone(q))
			continue;
		TAILQ_INSERT_HEAD(&au->waiting, q, link);
		q->waits = true;
		return;
	}
}

/* --- addresses of the zone's servers */

static void fail(struct authority_query *q, enum prob_code code, const char *why)
{
	struct problem p = PROBLEM_INIT;

	problem_set(&p, code, "servers of the zone %s cannot be asked for %s %s: %s",
	            q->zone_name ? q->zone_name : "sought", q->name, dns_type_name(q->type), why);
	finish(q, NULL, &p);
	problem_clear(&p);
}

static void add_addresses(struct authority_query *q, const struct dns_records *records)
{
	for (size_t i = 0; i < records->n && q->n_addresses < ADDRESSES_MAX; i++) {
		struct addr *a = &q->addresses[q->n_addresses];

		if (!addr_from_bytes(records->items[i].data, records->items[i].len, a))
			continue;
		if (addr_refusal(q->au->setup.policy, a))
			q->refused = true;
		else
			q->n_addresses++;
	}
}

static void on_address(void *arg, const struct dns_records *records, struct problem *p UNUSED)
{
	struct lookup          *lookup = arg;
	struct authority_query *q = lookup->q;

	lookup->query = NULL;
	if (records)
		add_addresses(q, records);
	if (--q->n_pending > 0)
		return;
	if (q->n_addresses > 0) {
		q->waits = !make_zone(q);
		if (q->waits)
			TAILQ_INSERT_TAIL(&q->au->waiting, q, link);
	} else if (q->refused) {
		fail(q, PROB_FORBIDDEN_ADDRESS, "the address policy does not permit their addresses");
	} else {
		fail(q, PROB_DNS, "none of them has an address");
	}
}

static void look_up(struct authority_query *q, const char *server, enum dns_type type)
{
	struct lookup *lookup = &q->lookups[q->n_pending++];

	lookup->q = q;
	lookup->query = rs_ask(q->au->setup.rs, server, type, on_address, lookup);
}

static void on_servers(void *arg, const struct dns_records *records, struct problem *p)
{
	struct authority_query *q = arg;

	q->query = NULL;
	if (!records) {
		finish(q, NULL, p);
		return;
	}
	for (size_t i = 0; i < records->n && i < SERVERS_MAX; i++) {
		auto_free char *server = xasprintf("%.*s", (int)records->items[i].len, records->items[i].data);

		look_up(q, server, DNS_AAAA);
		look_up(q, server, DNS_A);
	}
	if (q->n_pending == 0)
		fail(q, PROB_DNS, "it has no NS records");
}

/* --- the zone */

static void ask_soa(struct authority_query *q);

static void on_soa(void *arg, const struct dns_records *records, struct problem *p)
{
	struct authority_query *q = arg;
	struct zone            *zone;

	q->query = NULL;
	if (!records) {
		finish(q, NULL, p);
		return;
	}
	/* An alias is not the top of a zone, so it is in that of the name above it. */
	if (!records->zone[0] || strcasecmp(records->owner, q->ancestor) != 0 ||
	    !ident_under(q->ancestor, records->zone)) {
		q->ancestor = strchr(q->ancestor, '.');
		q->ancestor = q->ancestor ? q->ancestor + 1 : "";
		ask_soa(q);
		return;
	}
	q->zone_name = xstrdup(records->zone);
	zone = zone_find(q->au, q->zone_name);
	if (zone)
		ask_zone(q, zone);
	else
		q->query = rs_ask(q->au->setup.rs, q->zone_name, DNS_NS, on_servers, q);
}

static void ask_soa(struct authority_query *q)
{
	if (!*q->ancestor || ++q->n_climbed > CLIMB_MAX)
		fail(q, PROB_DNS, "no zone found");
	else
		q->query = rs_ask(q->au->setup.rs, q->ancestor, DNS_SOA, on_soa, q);
}

/* --- life */

static void on_late(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct authority_query *q = arg;
	const int64_t           waited = patience(q->au->setup.conf);
	auto_free char         *why = xasprintf("no answer within %lld ms", (long long)(waited / CLK_MILLISECOND));

	if (q->waits)
		fail(q, PROB_UNAVAILABLE, "too many other zones were being asked");
	else
		fail(q, PROB_DNS, why);
}

struct authority_query *authority_ask(struct authority *au, const char *name, enum dns_type type, rs_cb *cb, void *arg)
{
	struct authority_query *q = xcalloc(1, sizeof(*q));

	q->au = au;
	q->name = xstrdup(name);
	q->type = type;
	q->cb = cb;
	q->arg = arg;
	q->ancestor = q->name;
	q->timer = oom_check(evtimer_new(au->setup.base, on_late, q));
	timer_start(q->timer, patience(au->setup.conf));
	ask_soa(q);
	return q;
}

void authority_cancel(struct authority_query *query)
{
	if (query)
		query_free(query);
}

struct authority *authority_new(const struct authority_setup *setup)
{
	struct authority *au = xcalloc(1, sizeof(*au));

	au->setup = *setup;
	TAILQ_INIT(&au->waiting);
	au->wake = oom_check(evtimer_new(setup->base, on_wake, au));
	return au;
}

void authority_free(struct authority *au)
{
	if (!au)
		return;
	assert(TAILQ_EMPTY(&au->waiting));
	for (size_t i = 0; i < ARRAY_LEN(au->zones); i++)
		zone_clear(&au->zones[i]);
	event_free(au->wake);
	free(au);
}

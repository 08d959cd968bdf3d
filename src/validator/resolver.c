/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/resolver.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <unbound-event.h>
#include <unbound.h>

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/address.h"
#include "validator/excerpt.h"
#include "validator/hosts.h"

#define CLASS_IN         1
#define SECURITY_BOGUS   1
#define HOSTS_PER_NAME   16
#define DNS_DEFAULT_PORT "53"

struct resolver {
	const struct conf_validator *conf;
	struct event_base           *base;
	struct ub_ctx               *ctx;
	struct hosts                *hosts; /* NULL: none */
	size_t                       n_queries;
};

struct rs_query {
	struct resolver   *rs;
	char              *name;
	enum dns_type      type;
	rs_cb             *cb;
	void              *arg;
	struct event      *timer; /* first the time-out, then the delivery */
	int                async_id;
	bool               asked;    /* libunbound is at it */
	bool               answered; /* records or problem is filled */
	struct dns_records records;
	struct problem     problem;
};

static const char *type_name(enum dns_type type)
{
	static const struct {
		enum dns_type type;
		const char   *name;
	} names[] = {
		{ DNS_A, "A" },     { DNS_NS, "NS" },     { DNS_CNAME, "CNAME" }, { DNS_SOA, "SOA" },
		{ DNS_TXT, "TXT" }, { DNS_AAAA, "AAAA" }, { DNS_CAA, "CAA" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return "?";
}

static const char *rcode_name(int rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" };

	return rcode >= 0 && (size_t)rcode < ARRAY_LEN(names) ? names[rcode] : "an unknown error";
}

/* --- queries */

static void query_free(struct rs_query *q)
{
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
		            type_name(q->type), (long long)(q->rs->conf->resolve_timeout / 1000));
	}
	deliver(q);
}

static void schedule(struct rs_query *q, int64_t in)
{
	struct timeval tv = { .tv_sec = in / CLK_SECOND, .tv_usec = in % CLK_SECOND };

	event_add(q->timer, &tv);
}

/* Sets q->records, or q->problem. */
static void judge(struct rs_query *q, int rcode, const void *message, int len, int security, const char *why)
{
	char text[200];

	/* Bogus data comes with rcode 0 and the records: only this says that they are forged. */
	if (security == SECURITY_BOGUS) {
		excerpt(text, sizeof(text), why ? why : "", why ? strlen(why) : 0, NULL);
		problem_set(&q->problem, PROB_DNSSEC, "answer for %s %s does not pass DNSSEC validation: %s", q->name,
		            type_name(q->type), text);
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
		problem_set(&q->problem, PROB_DNS, "query for %s %s failed: %s", q->name, type_name(q->type),
		            rcode_name(rcode));
}

static void on_answer(void *arg, int rcode, void *message, int len, int security, char *why, int was_ratelimited UNUSED)
{
	struct rs_query *q = arg;

	judge(q, rcode, message, len, security, why);
	q->asked = false;
	q->answered = true;
	/* Delivered from the loop: the callback may ask again, or be what is running ub_resolve_event(). */
	schedule(q, 0);
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

static void ask_network(struct rs_query *q)
{
	int err;

	q->asked = true;
	err = ub_resolve_event(q->rs->ctx, q->name, (int)q->type, CLASS_IN, q, on_answer, &q->async_id);
	if (err != 0) {
		problem_set(&q->problem, PROB_DNS, "query for %s %s cannot be made", q->name, type_name(q->type));
		problem_cause(&q->problem, "libunbound: %s", ub_strerror(err));
		q->asked = false;
		q->answered = true;
		schedule(q, 0);
	} else if (!q->answered) {
		schedule(q, q->rs->conf->resolve_timeout);
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
	q->timer = oom_check(evtimer_new(rs->base, on_timer, q));
	snprintf(q->records.owner, sizeof(q->records.owner), "%s", name);
	rs->n_queries++;
	q->answered = answer_from_hosts(q);
	if (q->answered)
		schedule(q, 0);
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

/* --- set-up */

static int set_option(struct resolver *rs, const char *name, const char *value, struct problem *p)
{
	int err = ub_ctx_set_option(rs->ctx, name, value);

	if (err != 0)
		return problem_set(p, PROB_SYSTEM, "libunbound refuses %s %s: %s", name, value, ub_strerror(err));
	return 0;
}

/* "host", "host:port", "[v6]:port" or a bare IPv6 address. */
static void split_host_port(char *text, const char **ret_host, const char **ret_port)
{
	char *colon = strrchr(text, ':');
	char *end = text[0] == '[' ? strchr(text, ']') : NULL;

	*ret_host = text;
	*ret_port = DNS_DEFAULT_PORT;
	if (end) {
		*end = '\0';
		*ret_host = text + 1;
		if (end[1] == ':')
			*ret_port = end + 2;
	} else if (colon && strchr(text, ':') == colon) {
		*colon = '\0';
		*ret_port = colon + 1;
	}
}

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	long   port = strtol(text, NULL, 10);

	return digits > 0 && digits <= 5 && text[digits] == '\0' && port > 0 && port <= UINT16_MAX;
}

static int add_forwarder(struct resolver *rs, const char *item, struct problem *p)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV }, *list = NULL;
	auto_free char *copy = xstrdup(item);
	char            address[NI_MAXHOST], forward[NI_MAXHOST + 8];
	const char     *host, *port;
	int             err;

	split_host_port(copy, &host, &port);
	if (!is_port(port))
		return problem_set(p, PROB_CONFIG,
		                   "resolvers: '%s' has no port from 1 to 65535, expected host or host:port", item);
	err = getaddrinfo(host, port, &hints, &list);
	if (err == 0) {
		err = getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
		freeaddrinfo(list);
	}
	if (err != 0)
		return problem_set(p, PROB_CONFIG, "resolvers: '%s' cannot be used: %s, expected host or host:port",
		                   item, gai_strerror(err));
	snprintf(forward, sizeof(forward), "%s@%s", address, port);
	err = ub_ctx_set_fwd(rs->ctx, forward);
	if (err != 0)
		return problem_set(p, PROB_CONFIG, "resolvers: '%s' cannot be used: %s, expected host or host:port",
		                   item, ub_strerror(err));
	return 0;
}

/*
 * A TXT record put there a moment ago, or a second value beside the first, must be seen (S71), so nothing is kept from
 * one validation to the next, delegations included.
 */
static int set_options(struct resolver *rs, struct problem *p)
{
	static const char *const options[][2] = {
		{ "cache-min-ttl:", "0" },
		{ "cache-max-ttl:", "0" },
		{ "cache-max-negative-ttl:", "0" },
		{ "aggressive-nsec:", "no" },
		/* A server that was away a moment ago is asked again. */
		{ "infra-host-ttl:", "10" },
		{ "infra-keep-probing:", "yes" },
		{ "edns-buffer-size:", "1232" },
		{ "outgoing-range:", "900" },
		{ "outgoing-num-tcp:", "20" },
		{ "num-queries-per-thread:", "10000" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(options); i++)
		r = set_option(rs, options[i][0], options[i][1], p);
	return r;
}

static int set_trust(struct resolver *rs, struct problem *p)
{
	const char *file = rs->conf->trust_anchor_file;
	int         err;

	if (!file || !*file)
		return set_option(rs, "module-config:", "iterator", p);
	if (access(file, R_OK) < 0)
		return problem_set(p, PROB_CONFIG, "trust-anchor-file: %s cannot be read", file);
	err = ub_ctx_add_ta_file(rs->ctx, file);
	if (err != 0)
		return problem_set(p, PROB_CONFIG, "trust-anchor-file: %s: %s", file, ub_strerror(err));
	return set_option(rs, "module-config:", "validator iterator", p);
}

static int add_system_forwarders(struct resolver *rs, struct problem *p)
{
	int err = ub_ctx_resolvconf(rs->ctx, NULL);

	if (err != 0)
		return problem_set(p, PROB_CONFIG, "resolvers: the system's cannot be used: %s", ub_strerror(err));
	return 0;
}

static int set_forwarders(struct resolver *rs, struct problem *p)
{
	const struct conf_list *list = &rs->conf->resolvers;
	int                     r;

	if (list->n == 1 && strcmp(list->items[0], "root") == 0)
		return set_option(rs, "use-caps-for-id:", "yes", p);
	r = set_option(rs, "do-not-query-localhost:", "no", p);
	if (list->n == 1 && strcmp(list->items[0], "system") == 0)
		return r < 0 ? r : add_system_forwarders(rs, p);
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = add_forwarder(rs, list->items[i], p);
	return r;
}

/* libunbound answers these itself unless told not to; a private CA has names there. */
static int remove_local_zones(struct resolver *rs, struct problem *p)
{
	static const char *const zones[] = { "localhost.", "test.", "invalid.", "onion.", "home.arpa." };
	int                      err;

	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		err = ub_ctx_zone_remove(rs->ctx, zones[i]);
		if (err != 0)
			return problem_set(p, PROB_CONFIG, "resolver cannot be set up: %s", ub_strerror(err));
	}
	return 0;
}

static int set_up(struct resolver *rs, struct problem *p)
{
	/* The last one freezes the options. */
	static int (*const steps[])(struct resolver *, struct problem *) = {
		set_options,
		set_trust,
		set_forwarders,
		remove_local_zones,
	};
	int r = 0;

	/* libunbound would write to stderr in its own form; what matters comes back as a result. */
	ub_ctx_debugout(rs->ctx, NULL);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(steps); i++)
		r = steps[i](rs, p);
	return r;
}

int rs_new(const struct conf_validator *conf, struct event_base *base, struct resolver **ret, struct problem *p)
{
	auto_(resolver) struct resolver *rs = xcalloc(1, sizeof(*rs));
	int                              r;

	rs->conf = conf;
	rs->base = base;
	rs->ctx = oom_check(ub_ctx_create_event(base));
	if (conf->hosts_file && *conf->hosts_file) {
		r = hosts_load(conf->hosts_file, &rs->hosts, p);
		if (r < 0)
			return r;
	}
	r = set_up(rs, p);
	if (r < 0)
		return r;
	*ret = steal(rs);
	return 0;
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

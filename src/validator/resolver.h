/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names to records, over libunbound's event interface and a hosts file.  The one place that judges DNSSEC: what it
 * delivers was not bogus.
 */
#ifndef CHERT_VALIDATOR_RESOLVER_H
#define CHERT_VALIDATOR_RESOLVER_H

#include <stdbool.h>

#include <event2/event.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "validator/dns-wire.h"

struct resolver;
struct rs_query;

/*
 * records is NULL when there is a problem: PROB_DNS (time-out, server failure, malformed answer), which may pass;
 * PROB_DNSSEC (bogus) and PROB_NO_RECORD (the name is too long to exist), which are final.  There are none in it, and
 * rcode tells, when the name or the type does not exist.  Both are valid during the call only; the problem may be moved
 * away.
 */
typedef void rs_cb(void *arg, const struct dns_records *records, struct problem *p);

/* All of it must outlive what is made of it. */
struct rs_setup {
	const struct conf_validator *conf;
	const struct addr_policy    *policy; /* whose servers are asked on the way from the root */
	struct event_base           *base;
};

/* PROB_CONFIG: a resolver, hosts file or trust anchor file that cannot be used. */
int rs_new(const struct rs_setup *setup, struct resolver **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

/* Servers that are asked for a zone. */
struct rs_zone {
	const char        *name; /* as in struct dns_records */
	const struct addr *servers;
	size_t             n;
};

/*
 * Asks those servers, at dns-port, for the names of the zone, and else whom rs asks; without the hosts file of rs.
 * rs must outlive it.
 */
int rs_new_for_zone(const struct resolver *rs, const struct rs_zone *zone, struct resolver **ret, struct problem *p)
	NONNULL(1, 2, 3, 4) CHECK_RESULT;
/* Whether answers for the name may come out of somebody else's cache. */
bool rs_is_cached(const struct resolver *rs, const char *name) NONNULL(1, 2);
/* All queries must have ended or been cancelled; before event_base_free(). */
void rs_free(struct resolver *rs);
DEFINE_FREEP(resolver, struct resolver *, rs_free);

/* cb is called once, later, from the loop.  The result is good until then, or until rs_cancel(). */
struct rs_query *rs_ask(struct resolver *rs, const char *name, enum dns_type type, rs_cb *cb, void *arg) RETURNS_NONNULL
	NONNULL(1, 2, 4);
/* cb is not called any more. */
void rs_cancel(struct rs_query *query);

#endif

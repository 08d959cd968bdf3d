/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones' own servers, asked past the caches of the resolvers, which may still say that there is no record where
 * one was published a second ago (S71).  Answers pass the same DNSSEC validation.
 */
#ifndef CHERT_VALIDATOR_AUTHORITY_H
#define CHERT_VALIDATOR_AUTHORITY_H

#include <event2/event.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "validator/resolver.h"

struct authority;
struct authority_query;

/* All of it must outlive what is made of it. */
struct authority_setup {
	const struct conf_validator *conf;
	const struct addr_policy    *policy;
	struct resolver             *rs; /* finds the zones and their servers */
	struct event_base           *base;
};

struct authority *authority_new(const struct authority_setup *setup) RETURNS_NONNULL NONNULL(1);
/* All queries must have ended or been cancelled; before rs_free(). */
void authority_free(struct authority *au);
DEFINE_FREEP(authority, struct authority *, authority_free);

/*
 * As rs_ask(), all of it within resolve-timeout, three seconds and half of attempt-timeout, the shortest of them.
 * Further problems: PROB_FORBIDDEN_ADDRESS, the policy permits none of the servers; PROB_UNAVAILABLE, too many zones
 * were being asked.
 */
struct authority_query *authority_ask(struct authority *au, const char *name, enum dns_type type, rs_cb *cb,
                                      void *arg) RETURNS_NONNULL NONNULL(1, 2, 4);
/* cb is not called any more. */
void authority_cancel(struct authority_query *query);

#endif

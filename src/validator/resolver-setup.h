/* SPDX-License-Identifier: BSD-2-Clause */
/* What libunbound is told before its first query. */
#ifndef CHERT_VALIDATOR_RESOLVER_SETUP_H
#define CHERT_VALIDATOR_RESOLVER_SETUP_H

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "validator/extended-error.h"
#include "validator/resolver.h"

struct ub_ctx;

#define RS_SYSTEM "system" /* as the only one of `resolvers`: those of resolv.conf(5) */
#define RS_ROOT   "root"   /* likewise: none, from the root servers down */

struct resolver_setup {
	struct ub_ctx               *ctx;
	const struct conf_validator *conf;
	const struct addr_policy    *policy;
	const struct rs_zone        *zone; /* NULL: none */
};

/* PROB_CONFIG names the setting that cannot be used. */
int resolver_set_up(const struct resolver_setup *s, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

/* The first of the resolvers; none with root. */
void resolver_first(const struct conf_validator *conf, struct ede_server *ret) NONNULL(1, 2);
/* Whether that is the one item of resolvers. */
bool resolvers_are(const struct conf_validator *conf, const char *item) NONNULL(1, 2);
/* The length of the zone's name in an item of stub-zones, which ends at the first equals sign. */
size_t stub_zone_len(const char *item) NONNULL(1);

#endif

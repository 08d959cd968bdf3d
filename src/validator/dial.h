/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses of a host: looked up, held against the address policy, given out one by one, IPv6 first (RFC 6555's
 * order without its race).  One for each hop of http-01, one for tls-alpn-01.
 */
#ifndef CHERT_VALIDATOR_DIAL_H
#define CHERT_VALIDATOR_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/problem.h"
#include "validator/method.h"

#define DIAL_SHOWN_MAX 240

struct dial;

struct dial_target {
	const char        *host;
	const struct addr *literal; /* host is this address; NULL: host is a name */
	uint16_t           port;
};

/*
 * p is NULL when there is an address to try.  PROB_DNS: the look-up failed, for a reason that may pass; PROB_DNSSEC:
 * it is bogus; PROB_NO_RECORD: the host has no address; PROB_FORBIDDEN_ADDRESS: none that the policy permits (which one
 * is in the cause, not in the detail).  The problem may be moved away.
 */
typedef void dial_cb(void *arg, struct problem *p);

/*
 * cb is called once, later, from the loop.  shown gets hostname, port, addressesResolved (permitted ones only),
 * addressesTried and addressUsed; record, for the operator, addressesRefused; both are borrowed until dial_free(), as
 * is env.  Host and literal are copied.
 */
struct dial *dial_new(const struct method_env *env, const struct dial_target *target, struct json_object *shown,
                      struct json_object *record, dial_cb *cb, void *arg) RETURNS_NONNULL NONNULL(1, 2, 3, 4, 5);
/* The next address to try, after cb; `before` is what came of the last one, NULL at first.  False: none is left. */
bool dial_next(struct dial *dial, const struct problem *before, struct addr *ret) NONNULL(1, 3) CHECK_RESULT;
/* Addresses given out, with what came of those before the last one; empty: there were none.  out: DIAL_SHOWN_MAX */
void dial_show(const struct dial *dial, char *out) NONNULL(1, 2);
/* cb is not called any more. */
void dial_free(struct dial *dial);
DEFINE_FREEP(dial, struct dial *, dial_free);

#endif

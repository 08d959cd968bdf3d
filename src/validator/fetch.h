/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One HTTP request to one address, over libcurl's multi interface: no name is looked up and no redirect is followed
 * here, and no socket is opened to an address that the policy refuses.
 */
#ifndef CHERT_VALIDATOR_FETCH_H
#define CHERT_VALIDATOR_FETCH_H

#include <stdbool.h>

#include <event2/event.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "validator/hop.h"
#include "validator/http-reply.h"

struct fetcher;
struct fetch;

/*
 * Exactly one of reply and problem; both are valid during the call only.  unreachable: there was no TCP connection,
 * so another address may be tried.  PROB_CONNECTION: may go better the next time; PROB_TLS, PROB_INCORRECT_RESPONSE:
 * what came is no TLS or no HTTP/1; PROB_FORBIDDEN_ADDRESS; PROB_SYSTEM: this host has no socket to give.
 */
typedef void ft_cb(void *arg, const struct http_reply *reply, const struct problem *p, bool unreachable);

/* base and policy must outlive it. */
int ft_new(const struct conf_validator *conf, struct event_base *base, const struct addr_policy *policy,
           struct fetcher **ret, struct problem *p) NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;
/* All fetches must have ended or been cancelled. */
void ft_free(struct fetcher *ft);
DEFINE_FREEP(fetcher, struct fetcher *, ft_free);

/*
 * Begins a GET; cb is called once, later, from the loop.  The result is good until then, or until ft_cancel().
 * Connecting, the TLS handshake and the wait for the first byte have limits of their own; reading on is left to the
 * caller's.
 */
struct fetch *ft_get(struct fetcher *ft, const struct hop *hop, const struct addr *addr, ft_cb *cb,
                     void *arg) RETURNS_NONNULL NONNULL(1, 2, 3, 4);
/* What it is at: a participle, as in `connecting`. */
const char *ft_doing(const struct fetch *fetch) RETURNS_NONNULL NONNULL(1);
/* cb is not called any more. */
void ft_cancel(struct fetch *fetch);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One HTTP request to one address, over libcurl's multi interface: no name is looked up and no redirect is followed
 * here, and no socket is opened to an address that the policy refuses.
 */
#ifndef CHERT_VALIDATOR_FETCH_H
#define CHERT_VALIDATOR_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/event.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "base/address.h"
#include "validator/hop.h"

#define FT_BODY_MAX   4096
#define FT_HEADER_MAX 16384

struct fetcher;
struct fetch;

struct ft_reply {
	long        status;
	const char *location; /* the last Location header, or NULL */
	const char *body;     /* NUL-terminated, may hold other NULs */
	size_t      body_len;
	bool        body_cut; /* there was more than FT_BODY_MAX */
};

/*
 * Exactly one of reply and problem; both are valid during the call only.  unreachable: there was no TCP connection,
 * so another address may be tried.  PROB_CONNECTION, PROB_TLS.
 */
typedef void ft_cb(void *arg, const struct ft_reply *reply, const struct problem *p, bool unreachable);

/* conf, base and policy must outlive it. */
int ft_new(const struct conf_validator *conf, struct event_base *base, const struct addr_policy *policy,
           struct fetcher **ret, struct problem *p) NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;
/* All fetches must have ended or been cancelled. */
void ft_free(struct fetcher *ft);
DEFINE_FREEP(fetcher, struct fetcher *, ft_free);

/* Begins a GET; cb is called once, later, from the loop.  The result is good until then, or until ft_cancel(). */
struct fetch *ft_get(struct fetcher *ft, const struct hop *hop, const struct addr *addr, ft_cb *cb,
                     void *arg) RETURNS_NONNULL NONNULL(1, 2, 3, 4);
/* cb is not called any more. */
void ft_cancel(struct fetch *fetch);

#endif

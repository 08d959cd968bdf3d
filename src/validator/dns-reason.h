/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a look-up failed, in libunbound's words.  It gives them to the caller for bogus answers only; those for server
 * failures it writes to its log, in the moment before it delivers the answer.
 */
#ifndef CHERT_VALIDATOR_DNS_REASON_H
#define CHERT_VALIDATOR_DNS_REASON_H

#include <stddef.h>

#include "base/cleanup.h"
#include "validator/dns-wire.h"

struct ub_ctx;

/* The log of libunbound goes here instead of to stderr; it has one for all contexts. */
void dns_reason_listen(struct ub_ctx *ctx) NONNULL(1);
/* What it said last, if that was about this query and not before dns_reason_forget(); else empty. */
const char *dns_reason_heard(const char *name, enum dns_type type) RETURNS_NONNULL NONNULL(1);
/* Before a query: what was said until now is about another one, though its name and type may be the same. */
void dns_reason_forget(void);

/*
 * The text without the query at its beginning, and with no address in it, fit for a public detail (the resolvers'
 * addresses are nobody's business).  out: more than 16 bytes.
 */
void dns_reason_public(char *out, size_t size, const char *text) NONNULL(1, 3);

#endif

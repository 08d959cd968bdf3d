/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a resolver could not answer (RFC 8914).  libunbound keeps such errors to itself, so the resolver is asked once
 * more, for its error alone: what it says is a hint for messages, unauthenticated, and decides nothing.
 */
#ifndef CHERT_VALIDATOR_EXTENDED_ERROR_H
#define CHERT_VALIDATOR_EXTENDED_ERROR_H

#include <sys/socket.h>

#include <event2/event.h>

#include "base/cleanup.h"
#include "validator/dns-wire.h"

struct ede_query;

struct ede_server {
	struct sockaddr_storage address;
	socklen_t               len; /* 0: there is none */
};

/* code: see dns_wire_extended_error(); DNS_NO_EXTENDED after a second without one. */
typedef void ede_cb(void *arg, int code);

/* cb is called once, later, from the loop.  NULL when there is nobody to ask. */
struct ede_query *ede_ask(struct event_base *base, const struct ede_server *server, const char *name,
                          enum dns_type type, ede_cb *cb, void *arg) NONNULL(1, 2, 3, 5);
/* cb is not called any more. */
void ede_cancel(struct ede_query *query);

/* As the registry calls it. */
const char *ede_name(int code) RETURNS_NONNULL;

#endif

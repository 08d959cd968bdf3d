/* SPDX-License-Identifier: BSD-2-Clause */
/* What the resources that answer with an order have in common. */
#ifndef CHERT_RESPONDER_ORDER_H
#define CHERT_RESPONDER_ORDER_H

#include "responder/exchange.h"

/* Answers with the order of row 0 (RFC 8555 7.1.3), its Location, and Retry-After while it waits. */
int order_reply(struct exchange *x, int status, const struct db_rows *rows, struct problem *p) NONNULL(1, 3, 4)
	CHECK_RESULT;

#endif

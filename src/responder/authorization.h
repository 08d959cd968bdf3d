/* SPDX-License-Identifier: BSD-2-Clause */
/* What the resources that answer with an authorization have in common. */
#ifndef CHERT_RESPONDER_AUTHORIZATION_H
#define CHERT_RESPONDER_AUTHORIZATION_H

#include "responder/exchange.h"

/* Answers with the authorization of row 0 (RFC 8555 7.1.4), and Retry-After while it waits. */
void authorization_reply(struct exchange *x, int status, const struct db_rows *rows) NONNULL(1, 3);

#endif

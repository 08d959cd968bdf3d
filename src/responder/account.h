/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CHERT_RESPONDER_ACCOUNT_H
#define CHERT_RESPONDER_ACCOUNT_H

#include "responder/exchange.h"

/* Answers with the account of row 0 (RFC 8555 7.1.2). */
void account_reply(struct exchange *x, int status, const struct db_rows *rows) NONNULL(1, 3);

#endif

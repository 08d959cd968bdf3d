/* SPDX-License-Identifier: BSD-2-Clause */
/* What the resources of an account have in common. */
#ifndef CHERT_RESPONDER_ACCOUNT_H
#define CHERT_RESPONDER_ACCOUNT_H

#include "responder/exchange.h"

/*
 * PROB_UNAUTHORIZED unless the account in the path is the one that signs; the same answer whether the other one exists
 * or not (conformance A115).
 */
int account_check_own(const struct exchange *x, struct problem *p) NONNULL(1, 2) CHECK_RESULT;
/* Answers with the account of row 0 (RFC 8555 7.1.2). */
void account_reply(struct exchange *x, int status, const struct db_rows *rows) NONNULL(1, 3);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Why there is no TCP connection, in the same words for every method; fit for a public detail. */
#ifndef CHERT_VALIDATOR_CONNECTION_H
#define CHERT_VALIDATOR_CONNECTION_H

#include "base/cleanup.h"
#include "base/problem.h"

/* What errno said: PROB_CONNECTION, or PROB_SYSTEM when this host has no socket to give, which is its own fault. */
int connection_failed(int err, struct problem *p) NONNULL(2);
/* PROB_FORBIDDEN_ADDRESS: the policy refuses the address. */
int connection_forbidden(struct problem *p) NONNULL(1);

#endif

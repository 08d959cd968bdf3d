/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything a POST has to pass (RFC 8555 6), in one order for all resources, up to and including its handler. */
#ifndef CHERT_RESPONDER_GATE_H
#define CHERT_RESPONDER_GATE_H

#include "responder/exchange.h"

/* x->resource and x->args are set.  Any problem; on success x->res is the answer. */
int gate_run(struct exchange *x, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

#endif

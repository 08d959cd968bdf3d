/* SPDX-License-Identifier: BSD-2-Clause */
/* Proactive content negotiation (RFC 9110 12.5.1), as far as a choice among a few types needs it. */
#ifndef CHERT_RESPONDER_ACCEPT_H
#define CHERT_RESPONDER_ACCEPT_H

#include <stddef.h>

#include "base/cleanup.h"

/*
 * Index of the type that an Accept field likes best; the first of equals.  Parameters of a range other than q are
 * ignored, and so is what cannot be read.  0 when none is acceptable: an answer nobody asked for is better than 406
 * (conformance A188).
 */
size_t accept_pick(const char *field, const char *const *types, size_t n_types) NONNULL(1, 2);

#endif

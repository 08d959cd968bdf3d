/* SPDX-License-Identifier: BSD-2-Clause */
/* The page where an account agrees to the terms of service. */
#ifndef CHERT_RESPONDER_TERMS_H
#define CHERT_RESPONDER_TERMS_H

#include "responder/exchange.h"

/*
 * What `instance` of userActionRequired is (RFC 8555 7.3.3): that page, for the account that signs; without one the
 * terms themselves.  There must be terms.  Newly allocated (free()).
 */
char *terms_instance(const struct exchange *x) NONNULL(1) RETURNS_NONNULL;

#endif

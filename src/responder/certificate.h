/* SPDX-License-Identifier: BSD-2-Clause */
/* What the resources that answer with a certificate have in common. */
#ifndef CHERT_RESPONDER_CERTIFICATE_H
#define CHERT_RESPONDER_CERTIFICATE_H

#include "responder/exchange.h"

/*
 * Answers with the certificate in the path and so many-th of its chains (0: the default), in the format that the
 * client likes best, and links to the other chains (RFC 8555 7.4.2).
 */
int certificate_reply(struct exchange *x, unsigned chain, struct problem *p) NONNULL(1, 3) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Text from strangers, fit to be shown. */
#ifndef CHERT_VALIDATOR_EXCERPT_H
#define CHERT_VALIDATOR_EXCERPT_H

#include <stddef.h>

#include "base/cleanup.h"

/*
 * What a stranger sent, fit for the log and the operator's eyes, and where it is a URL for the applicant's (RFC 8555
 * 10.4): printable ASCII only, no double quotes, cut to `size` - 1 characters with an ellipsis, and with {token} in
 * place of `secret` (may be NULL).
 */
void excerpt(char *out, size_t size, const void *text, size_t len, const char *secret) NONNULL(1, 3);

#endif

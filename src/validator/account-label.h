/* SPDX-License-Identifier: BSD-2-Clause */
/* The label by which DNS names an account in draft-ietf-acme-dns-account-label. */
#ifndef CHERT_VALIDATOR_ACCOUNT_LABEL_H
#define CHERT_VALIDATOR_ACCOUNT_LABEL_H

#include "base/cleanup.h"
#include "base/problem.h"

#define ACCOUNT_LABEL_LEN 17

/* An underscore and the first ten octets of the SHA-256 digest in base32, lower case.  out: ACCOUNT_LABEL_LEN + 1 */
int account_label(const char *account_uri, char *out, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

#endif

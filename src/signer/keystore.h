/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where issuing keys live.  A store is one record of functions;
 * how the `key` setting begins tells which one is meant.
 */
#ifndef CHERT_SIGNER_KEYSTORE_H
#define CHERT_SIGNER_KEYSTORE_H

#include "base/problem.h"
#include "pki/gnutls.h"

/*
 * Opens the key that `where` names.  PROB_CONFIG: there is no such key, it is not one, it is encrypted, or others than
 * its owner and group may get at it.
 */
int keystore_open(const char *where, gnutls_privkey_t *ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof that chert gave a person the link to the page where an account agrees to the terms of service (RFC 8555 7.3.3).
 * A nonce key's id modulo 256 and an HMAC-SHA-256 of account and version, cut to 16 bytes, in hex: nothing is stored,
 * and it is good as long as that key and that version are.
 */
#ifndef CHERT_ACME_TERMS_PROOF_H
#define CHERT_ACME_TERMS_PROOF_H

#include "acme/nonce.h"

#define TERMS_PROOF_LEN 34

/* False when there is no key.  out: TERMS_PROOF_LEN + 1. */
bool terms_proof_make(const struct nonce_keys *keys, int64_t now, const struct id *account, const char *version,
                      char *out) NONNULL(1, 3, 4, 5) CHECK_RESULT;
bool terms_proof_is_good(const struct nonce_keys *keys, const struct id *account, const char *version,
                         const char *proof) NONNULL(1, 2, 3, 4) CHECK_RESULT;

#endif

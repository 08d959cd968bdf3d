/* SPDX-License-Identifier: BSD-2-Clause */
/* From a TBSCertificate to a certificate. */
#ifndef CHERT_SIGNER_SIGN_H
#define CHERT_SIGNER_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "pki/gnutls.h"

struct issuer;

/* One row per kind of issuing key (conformance Q20). */
struct sign_alg {
	gnutls_pk_algorithm_t     pk;
	unsigned                  min_bits, max_bits;
	gnutls_sign_algorithm_t   sign;
	gnutls_digest_algorithm_t digest;
	const uint8_t            *identifier; /* AlgorithmIdentifier, DER */
	size_t                    identifier_len;
};

/* NULL when certificates are not signed with such keys. */
const struct sign_alg *sign_alg_for(gnutls_pubkey_t key);
/* What sign_alg_for knows, for messages. */
#define SIGN_KEYS "RSA of 2048 to 8192 bits, P-256, P-384 or P-521"

/*
 * Signs the bytes as they are, and proves the result against the issuer's certificate.  The same bytes give the same
 * certificate again.  *ret: free().
 * PROB_UNAVAILABLE: the key would not sign.  PROB_INTERNAL: what came out does not verify.
 */
int sign_tbs(const struct issuer *issuer, const void *tbs, size_t len, uint8_t **ret, size_t *ret_len,
             struct problem *p) NONNULL(1, 2, 4, 5, 6) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* RSA public keys: what makes one unfit for use, as far as it shows without a list (conformance Q25). */
#ifndef CHERT_PKI_RSA_H
#define CHERT_PKI_RSA_H

#include <gnutls/gnutls.h>

#include "base/cleanup.h"

/*
 * NULL when modulus and exponent, both unsigned big-endian without leading zero octets, are those of an acceptable
 * key; else what is wrong with it: 2048 to 8192 bits in whole octets, odd, no prime factor below 752; exponent odd,
 * above 2 and below 2^256.
 */
const char *rsa_flaw(const gnutls_datum_t *n, const gnutls_datum_t *e) NONNULL(1, 2) CHECK_RESULT;
/*
 * Of these only the upper limits, for keys that others vouch for or that nobody needs to trust: without them whoever
 * made the key decides how long an operation with it takes.
 */
const char *rsa_excess(const gnutls_datum_t *n, const gnutls_datum_t *e) NONNULL(1, 2) CHECK_RESULT;

#endif

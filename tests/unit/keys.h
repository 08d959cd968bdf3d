/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys made on the spot, for tests of the pki folder. */
#ifndef CHERT_TESTS_KEYS_H
#define CHERT_TESTS_KEYS_H

#include <assert.h>

#include "pki/gnutls.h"

static inline gnutls_privkey_t key_new(gnutls_pk_algorithm_t algorithm, unsigned bits)
{
	gnutls_privkey_t key = NULL;

	assert(gnutls_privkey_init(&key) == 0);
	assert(gnutls_privkey_generate(key, algorithm, bits, 0) == 0);
	return key;
}

static inline gnutls_privkey_t key_new_ec(gnutls_ecc_curve_t curve)
{
	return key_new(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(curve));
}

static inline gnutls_pubkey_t key_public(gnutls_privkey_t key)
{
	gnutls_pubkey_t pub = NULL;

	assert(gnutls_pubkey_init(&pub) == 0);
	assert(gnutls_pubkey_import_privkey(pub, key, 0, 0) == 0);
	return pub;
}

/* SubjectPublicKeyInfo; *ret belongs to the caller (auto_clear(gdatum)). */
static inline void key_spki(gnutls_privkey_t key, gnutls_datum_t *ret)
{
	auto_(gpubkey) gnutls_pubkey_t pub = key_public(key);

	assert(gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_DER, ret) == 0);
}

#endif

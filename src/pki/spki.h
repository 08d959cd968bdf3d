/* SPDX-License-Identifier: BSD-2-Clause */
/* Subject public keys of certificates: type, size, and the checks that do not need a list (Q25). */
#ifndef CHERT_PKI_SPKI_H
#define CHERT_PKI_SPKI_H

#include <stdint.h>

#include "base/conf.h"
#include "base/problem.h"
#include "pki/gnutls.h"
#include "pki/jwk.h"

#define SPKI_MAX 2400 /* bytes of DER: RSA-8192 and some */

struct spki {
	gnutls_pubkey_t key;
	uint8_t        *der; /* canonical re-encoding */
	size_t          der_len;
	char            type[16]; /* "rsa-2048", "p-256", … as in the key-types setting */
	char            thumbprint[JWK_THUMBPRINT_LEN + 1];
};

/* PROB_BAD_CSR says what is wrong with the key: unparsable, type or size not among `types`, exponent, small factor. */
int spki_from_der(const void *der, size_t len, const struct conf_list *types, struct spki **ret, struct problem *p)
	NONNULL(1, 3, 4, 5) CHECK_RESULT;
int spki_from_pubkey(gnutls_pubkey_t key, const struct conf_list *types, struct spki **ret, struct problem *p)
	NONNULL(2, 3, 4) CHECK_RESULT;
void spki_free(struct spki *spki);
DEFINE_FREEP(spki, struct spki *, spki_free);

#endif

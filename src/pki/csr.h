/* SPDX-License-Identifier: BSD-2-Clause */
/* PKCS#10 (RFC 2986): only the public key and the names are taken from it (RFC 8555 7.4). */
#ifndef CHERT_PKI_CSR_H
#define CHERT_PKI_CSR_H

#include <stddef.h>

#include "base/problem.h"
#include "pki/ident.h"
#include "pki/spki.h"

#define CSR_MAX 16384 /* bytes of DER */

struct csr {
	struct spki  *spki;
	struct ident *idents; /* of the SAN, else of the CN; sorted, without duplicates */
	size_t        n_idents;
};

/*
 * PROB_BAD_CSR says what is wrong: not strict DER (with counts bounded; GnuTLS sees only the key and the signed bytes),
 * wrong version, wrong self-signature or one with SHA-1, extensions in Microsoft's attribute or in two of them,
 * basicConstraints CA:TRUE, SANs other than dNSName and iPAddress, addresses elsewhere than in the latter (RFC 8738 3), a
 * CN that is not among the SANs.  Without a SAN extension the CN gives the names; without either there are none, which is
 * refused.  Other attributes and extensions are ignored.
 */
int csr_from_der(const void *der, size_t len, const struct conf_list *key_types, struct csr **ret, struct problem *p)
	NONNULL(1, 3, 4, 5) CHECK_RESULT;
void csr_free(struct csr *csr);
DEFINE_FREEP(csr, struct csr *, csr_free);

#endif

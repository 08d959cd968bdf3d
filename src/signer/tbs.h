/* SPDX-License-Identifier: BSD-2-Clause */
/* The TBSCertificate of an end-entity certificate (RFC 5280 4.1.2; conformance Q10 to Q22). */
#ifndef CHERT_SIGNER_TBS_H
#define CHERT_SIGNER_TBS_H

#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/id.h"
#include "base/problem.h"
#include "pki/ident.h"
#include "pki/spki.h"
#include "signer/issuer.h"

struct tbs_request {
	const struct issuer       *issuer;
	const struct conf_profile *profile;
	const struct ident        *names; /* at least one, dns or ip */
	size_t                     n_names;
	const struct spki         *spki;
	int64_t                    not_before, not_after; /* as the order asked, 0: the profile decides */
	int64_t                    now;
};

struct tbs {
	struct id serial; /* also the certificate's id */
	int64_t   not_before, not_after;
	uint8_t  *der; /* free() */
	size_t    der_len;
};

/*
 * PROB_MALFORMED: the asked validity is not what profile and issuer permit.  PROB_REJECTED_IDENTIFIER: a name outside
 * the issuer's name constraints.  PROB_INTERNAL: the issuer is about to expire, or encoding failed.
 */
int tbs_build(const struct tbs_request *req, struct tbs *ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

#endif

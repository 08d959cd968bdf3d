/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the database says a certificate's names rely on, held against the profile once more: the responder, which chose
 * the perspectives when the order was made, is not believed.
 */
#ifndef CHERT_SIGNER_EVIDENCE_H
#define CHERT_SIGNER_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/problem.h"
#include "pki/ident.h"

/*
 * text: column evidence of sign.claim, {"authorizations":[{"name","subdomains","type","age":seconds,
 * "agreed":[{"perspective","region"}]}],"caa":{"names":[…],"age":seconds,"agreed":[…]} or null}.  PROB_UNAUTHORIZED: an
 * authorization without the quorum of the profile, gained by a challenge that it does not offer, too long ago, or with
 * subdomains that it does not permit; PROB_CAA: a name whose CAA records the profile wants checked and that were not, not by the quorum, or
 * too long ago.  PROB_CONFIG, PROB_INTERNAL.
 */
int evidence_check(const char *text, const struct conf_profile *profile, const struct ident *names, size_t n_names,
                   int64_t now, struct problem *p) NONNULL(1, 2, 3, 6) CHECK_RESULT;

#endif

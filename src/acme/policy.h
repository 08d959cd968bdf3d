/* SPDX-License-Identifier: BSD-2-Clause */
/* What a profile permits: asked by newOrder, and by the signer again.  Names have passed ident_from_text(). */
#ifndef CHERT_ACME_POLICY_H
#define CHERT_ACME_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/problem.h"
#include "pki/ident.h"

/* PROB_REJECTED_IDENTIFIER says which rule forbids it. */
int policy_check(const struct conf_profile *profile, const struct ident *id, struct problem *p) NONNULL(1, 2, 3)
	CHECK_RESULT;
/* Whether CAA records are to be asked for before the name is certified (RFC 8659 3; conformance D8). */
bool policy_needs_caa(const struct conf_profile *profile, const struct ident *id) NONNULL(1, 2);
/* Whether there are authorizations for domains with all their subdomains (RFC 9444), and whether for this one. */
bool policy_offers_subdomains(const struct conf_profile *profile) NONNULL(1);
bool policy_covers_subdomains(const struct conf_profile *profile, const struct ident *id) NONNULL(1, 2);

/*
 * notBefore and notAfter as asked for, 0 when not, against the validity of the profile.  PROB_MALFORMED: chert issues
 * exactly what is asked for or refuses (RFC 8555 7.4).
 */
int policy_check_period(const struct conf_profile *profile, int64_t now, int64_t not_before, int64_t not_after,
                        struct problem *p) NONNULL(1, 5) CHECK_RESULT;

/*
 * The key types that some profile permits, for checks that come before the profile is known.
 * free() the items array only.
 */
struct conf_list policy_key_types(const struct conf *conf) NONNULL(1);

#endif

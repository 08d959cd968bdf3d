/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which vantage points validate for a profile and how many of them must agree (Baseline Requirements 3.2.2.9;
 * conformance Q42).  The first perspective is the primary one, which must agree always; the others are remote.
 */
#ifndef CHERT_ACME_QUORUM_H
#define CHERT_ACME_QUORUM_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/conf.h"
#include "base/problem.h"

struct quorum {
	const struct conf_list *perspectives; /* borrowed from the profile */
	size_t                  n_remote;     /* of the remote ones that must agree */
	size_t                  n_regions;    /* that those must come from */
};

/*
 * now decides what `public` means.  PROB_CONFIG: names that are not distinct, a quorum that is neither all, public nor a
 * number, more demanded than there are perspectives, fewer perspectives than `public` demands on that day.
 */
int quorum_from_profile(const struct conf_profile *profile, int64_t now, struct quorum *ret, struct problem *p)
	NONNULL(1, 3, 4) CHECK_RESULT;

/* {"perspectives":[…],"remote":n,"regions":n}, as the database keeps it; new reference. */
struct json_object *quorum_to_json(const struct quorum *q) RETURNS_NONNULL NONNULL(1);

/*
 * agreed: array of {"perspective","region"} (may be NULL).  PROB_UNAUTHORIZED says what is missing: the primary one, or
 * enough remote ones that the quorum knows, or regions.
 */
int quorum_check(const struct quorum *q, struct json_object *agreed, struct problem *p) NONNULL(1, 3) CHECK_RESULT;

#endif

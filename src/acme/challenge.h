/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The challenge types there are (RFC 8555 9.7.8) and what each can prove, in one table; sql/core/challenge_types.sql
 * says the same to the database as far as it asks, and a test compares the two.
 */
#ifndef CHERT_ACME_CHALLENGE_H
#define CHERT_ACME_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct challenge_type {
	const char *name;
	const char *section;    /* what CAA records may call it instead (Baseline Requirements 4.2.2.1.2) */
	bool        dns, ip;    /* identifiers it is good for (RFC 8738 7) */
	bool        many_names; /* also for a wildcard, or for all names below (conformance A216, G8) */
	bool        token;
	int64_t longest_reuse; /* of success at most, in microseconds (Baseline Requirements 3.2.2.4.22); 0: as the profile says */
};

/* Ends with one whose name is NULL. */
extern const struct challenge_type challenge_types[];

/* NULL when there is none of that name. */
const struct challenge_type *challenge_type_find(const char *name) NONNULL(1);
/* Whether it can prove control of an identifier of that type, or of a name and all below it. */
bool challenge_fits(const struct challenge_type *type, const char *identifier_type, bool many_names) NONNULL(1, 2);
/* The same for one that may not exist. */
bool challenge_name_fits(const char *name, const char *identifier_type, bool many_names) NONNULL(1, 2);

#endif

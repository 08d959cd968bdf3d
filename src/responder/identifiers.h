/* SPDX-License-Identifier: BSD-2-Clause */
/* The names that a request is about, and what is to be proved for each of them. */
#ifndef CHERT_RESPONDER_IDENTIFIERS_H
#define CHERT_RESPONDER_IDENTIFIERS_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/conf.h"
#include "base/problem.h"
#include "pki/ident.h"

struct identifier {
	struct ident id;
	char         proved[IDENT_MAX + 3]; /* the name of its authorization: its own, or that of an ancestor */
	bool         subdomains;            /* the authorization is for all below that name (RFC 9444) */
};

struct identifiers {
	struct identifier *items;
	size_t             n;
};

void identifiers_clear(struct identifiers *ids) NONNULL(1);

/*
 * Of a newOrder, each once.  PROB_MALFORMED: none, too many, or not objects of the right form; else the problems of
 * the single names are subproblems of one that sums them up.
 */
int identifiers_from_json(struct json_object *array, const struct conf_profile *profile, struct identifiers *ret,
                          struct problem *p) NONNULL(1, 2, 3, 4) CHECK_RESULT;

/* The parameters of ORDER_NEW; new references. */
struct json_object *identifiers_to_json(const struct identifiers *ids) RETURNS_NONNULL NONNULL(1);
struct json_object *identifiers_proofs(const struct identifiers  *ids,
                                       const struct conf_profile *profile) RETURNS_NONNULL NONNULL(1, 2);
/* The names whose CAA records are to be checked; NULL when there are none. */
struct json_object *identifiers_caa(const struct identifiers *ids, const struct conf_profile *profile) NONNULL(1, 2);
/* Challenge types that the profile offers for one identifier of that type, or for many names at once. */
struct json_object *identifiers_challenges(const struct conf_profile *profile, const char *identifier_type,
                                           bool many_names) RETURNS_NONNULL NONNULL(1, 2);

#endif

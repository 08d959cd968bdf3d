/* SPDX-License-Identifier: BSD-2-Clause */
/* Problem documents (RFC 7807, RFC 8555 6.7): out to clients, and to and from the database. */
#ifndef CHERT_ACME_PROBLEM_JSON_H
#define CHERT_ACME_PROBLEM_JSON_H

#include <json-c/json.h>

#include "base/problem.h"

/*
 * type (urn), detail, status, subproblems; `algorithms` with badSignatureAlgorithm.  INTERNAL and UNAVAILABLE always say
 * the same public sentence, with the request id when there is one.  New reference.
 */
struct json_object *problem_to_wire(const struct problem *p, const char *request_id) NONNULL(1);

/* The database's form {"type": name, "detail", …} (calls.def): to and from.  New reference; text newly allocated. */
char *problem_to_text(const struct problem *p) NONNULL(1);
/* Fills an empty p and returns its negative code; PROB_INTERNAL when the text is not of that form. */
int problem_from_text(const char *text, struct problem *p) NONNULL(1, 2);
/* What stands in an object's `error`: the database's form turned into a wire problem document.  New reference or NULL. */
struct json_object *problem_stored_to_wire(const char *text);

#endif

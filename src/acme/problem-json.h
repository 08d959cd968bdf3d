/* SPDX-License-Identifier: BSD-2-Clause */
/* Problem documents (RFC 7807, RFC 8555 6.7) as clients get them; db/problem-text.h has the database's form. */
#ifndef CHERT_ACME_PROBLEM_JSON_H
#define CHERT_ACME_PROBLEM_JSON_H

#include <json-c/json.h>

#include "base/problem.h"
#include "db/problem-text.h"

/*
 * type (urn), detail, status, subproblems; `algorithms` with badSignatureAlgorithm.  INTERNAL and UNAVAILABLE always
 * say the same public sentence, with the request id when there is one.  New reference.
 */
struct json_object *problem_to_wire(const struct problem *p, const char *request_id) NONNULL(1);

/*
 * What stands in an object's `error`: the database's form turned into a wire problem document.
 * New reference or NULL.
 */
struct json_object *problem_stored_to_wire(const char *text);

#endif

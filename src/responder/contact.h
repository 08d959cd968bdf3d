/* SPDX-License-Identifier: BSD-2-Clause */
/* Contact URLs of accounts (RFC 8555 7.3). */
#ifndef CHERT_RESPONDER_CONTACT_H
#define CHERT_RESPONDER_CONTACT_H

#include <json-c/json.h>

#include "base/problem.h"

/*
 * NULL (absent) and an empty array are fine.  PROB_UNSUPPORTED_CONTACT: not mailto; PROB_INVALID_CONTACT: header
 * fields, several addresses in one URL, no address, or too many URLs.
 */
int contact_check(struct json_object *contacts, struct problem *p) NONNULL(2) CHECK_RESULT;
/* The array as text for the database; `absent` for NULL.  Borrowed from contacts. */
const char *contact_text(struct json_object *contacts, const char *absent);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * External account binding (RFC 8555 7.3.4): all that can be said of one without the MAC key,
 * which stays in the database.
 */
#ifndef CHERT_PKI_EAB_H
#define CHERT_PKI_EAB_H

#include <json-c/json.h>

#include "base/problem.h"
#include "pki/jwk.h"
#include "pki/jws.h"

/*
 * The binding of the account key `key`, sent to `url`.  PROB_MALFORMED: not a flattened JWS with kid and a MAC,
 * without nonce, for this very url and key.  Whether kid is known and the MAC is right remains to be seen.
 */
int eab_decode(struct json_object *object, const char *url, const struct jwk *key, struct jws **ret, struct problem *p)
	NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;

#endif

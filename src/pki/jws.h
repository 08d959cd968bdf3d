/* SPDX-License-Identifier: BSD-2-Clause */
/* Flattened JSON JWS as RFC 8555 6.2 narrows it.  Bytes are verified as received, never re-serialised. */
#ifndef CHERT_PKI_JWS_H
#define CHERT_PKI_JWS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "pki/jwk.h"

struct jws_alg; /* one row of the algorithm tables: RS256, ES256, ES384, ES512, EdDSA; HS256, HS384, HS512 */

/* What a JWS is for, which decides what its header must and must not have. */
enum jws_use {
	JWS_REQUEST, /* RFC 8555 6.2: jwk or kid, and a nonce */
	JWS_NEW_KEY, /* RFC 8555 7.3.5, the inner one of keyChange: jwk, no nonce */
	JWS_BINDING, /* RFC 8555 7.3.4, the one in newAccount: kid, a MAC, no nonce */
};

struct jws {
	const struct jws_alg *alg;
	/* Borrowed from `header`; NULL when absent. */
	const char         *kid;
	const char         *nonce; /* of a request never NULL */
	const char         *url;
	struct json_object *jwk;
	char               *payload; /* decoded, NUL-terminated; payload_len 0 is POST-as-GET */
	size_t              payload_len;
	char               *signing_input; /* protected "." payload, as received */
	uint8_t            *signature;
	size_t              signature_len;
	struct json_object *header; /* owned */
};

/*
 * PROB_MALFORMED: not a flattened JWS, unprotected header, signatures array, crit, b64, padding, both or neither of jwk
 * and kid, url missing; PROB_BAD_NONCE: nonce missing (RFC 8555 6.5); PROB_BAD_SIGNATURE_ALGORITHM: alg not in the
 * table (none and MACs included).
 */
int jws_decode(const char *body, size_t len, struct jws **ret, struct problem *p) NONNULL(1, 3, 4) CHECK_RESULT;
/*
 * A JWS that is itself, or is a member of, the payload of another one; not for JWS_REQUEST.  PROB_MALFORMED also:
 * a nonce.
 */
int jws_decode_inner(struct json_object *object, enum jws_use use, struct jws **ret, struct problem *p) NONNULL(1, 3, 4)
	CHECK_RESULT;
/* PROB_MALFORMED: wrong signature, or alg does not fit the key.  Not for JWS_BINDING: the database has its key. */
int  jws_verify(const struct jws *jws, const struct jwk *jwk, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
void jws_free(struct jws *jws);
DEFINE_FREEP(jws, struct jws *, jws_free);

/* sha256, sha384 or sha512: the hash of the HMAC of a JWS_BINDING. */
const char *jws_mac_hash(const struct jws *jws) NONNULL(1) RETURNS_NONNULL;

/* Names of the algorithms of signatures, NULL-terminated: the `algorithms` member of badSignatureAlgorithm. */
const char *const *jws_algorithms(void) __attribute__((returns_nonnull));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Account keys: JWK (RFC 7517, 7518 6, 8037) and their thumbprints (RFC 7638). */
#ifndef CHERT_PKI_JWK_H
#define CHERT_PKI_JWK_H

#include <json-c/json.h>

#include "base/problem.h"
#include "pki/gnutls.h"

#define JWK_THUMBPRINT_LEN 43

enum jwk_kind { JWK_RSA, JWK_P256, JWK_P384, JWK_P521, JWK_ED25519 };

struct jwk {
	enum jwk_kind   kind;
	gnutls_pubkey_t key;
	char            thumbprint[JWK_THUMBPRINT_LEN + 1]; /* base64url SHA-256 */
	char           *canonical;                          /* RFC 7638 text: what the database stores */
	char            alg[8];                             /* the JWK's own "alg" member, "" when absent */
};

/*
 * PROB_MALFORMED: not a JWK (missing or ill-encoded members, private or symmetric material).
 * PROB_BAD_PUBLIC_KEY: a key that is refused: unknown kty or crv, point off the curve, coordinates of the wrong length,
 * small-order Ed25519, RSA below 2048 or above 8192 bits, leading zero octets, even or tiny exponent.
 */
int jwk_from_json(struct json_object *object, struct jwk **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
/* From the canonical text of the database. */
int jwk_from_text(const char *text, struct jwk **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
/* From a key found elsewhere (a CSR, a certificate): for thumbprints.  Takes no ownership.  PROB_BAD_PUBLIC_KEY. */
int  jwk_from_pubkey(gnutls_pubkey_t key, struct jwk **ret, struct problem *p) NONNULL(2, 3) CHECK_RESULT;
void jwk_free(struct jwk *jwk);
DEFINE_FREEP(jwk, struct jwk *, jwk_free);

#endif

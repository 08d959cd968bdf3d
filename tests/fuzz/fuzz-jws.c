/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is tried as a body, and as the protected header of a JWS otherwise in order, so that the fuzzer need
 * not invent base64url.  Nothing verifies under a key nobody signs with.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "pki/jws.h"

static const char *const keys[] = {
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
};

static void check_decoded(const struct jws *jws)
{
	HOLDS(jws->alg && jws->url && jws->nonce && jws->signing_input && jws->signature && jws->payload);
	HOLDS(!jws->kid == !!jws->jwk);
	HOLDS(jws->payload[jws->payload_len] == '\0');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jwk) struct jwk             *jwk = NULL;

		HOLDS(jwk_from_text(keys[i], &jwk, &p) == 0);
		HOLDS(jws_verify(jws, jwk, &p) == -PROB_MALFORMED);
	}
	if (jws->jwk) {
		auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT;
		auto_(jwk) struct jwk             *jwk = NULL;

		if (jwk_from_json(jws->jwk, &jwk, &p) == 0)
			(void)!jws_verify(jws, jwk, &q);
	}
}

static void decode(const char *body, size_t size)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jws) struct jws             *jws = NULL;
	const int                          r = jws_decode(body, size, &jws, &p);

	if (r == 0)
		check_decoded(jws);
	else
		HOLDS(!jws && r == -(int)p.code && !strchr(p.detail, '"') &&
		      (p.code == PROB_MALFORMED || p.code == PROB_BAD_NONCE || p.code == PROB_BAD_SIGNATURE_ALGORITHM));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *protected = b64u_encode_new(data, size);
	auto_free char *signature = b64u_encode_new((const uint8_t[64]){ 1 }, 64);
	auto_free char *text =
		xasprintf("{\"protected\":\"%s\",\"payload\":\"e30\",\"signature\":\"%s\"}", protected, signature);

	decode((const char *)data, size);
	decode(text, strlen(text));
	return 0;
}

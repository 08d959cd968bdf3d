/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is tried as a binding, and, halved at its first NUL, as header and payload of one otherwise in order, so that the
 * fuzzer need not invent base64url.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64u.h"
#include "json/js.h"
#include "pki/eab.h"

#define URL "https://ca.test/new-account"
#define KEY                                                                                        \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"

static const struct js_limits limits = { .max_bytes = 65536, .max_depth = 8, .max_members = 64 };

static void check_decoded(const struct jws *jws)
{
	const char *hash = jws_mac_hash(jws);

	HOLDS(jws->kid && !jws->jwk && !jws->nonce);
	HOLDS(strcmp(jws->url, URL) == 0);
	HOLDS(strlen(hash) == 6 && strncmp(hash, "sha", 3) == 0);
	HOLDS(jws->signature_len > 0 && strchr(jws->signing_input, '.'));
}

static void decode(struct json_object *object)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT, none = PROBLEM_INIT;
	auto_(jwk) struct jwk             *key = NULL;
	auto_(jws) struct jws             *jws = NULL;
	int                                r;

	HOLDS(jwk_from_text(KEY, &key, &none) == 0);
	r = eab_decode(object, URL, key, &jws, &p);
	if (r == 0)
		check_decoded(jws);
	else
		HOLDS(!jws && r == -PROB_MALFORMED && p.code == PROB_MALFORMED && !strchr(p.detail, '"'));
}

static void try_object(const char *text, size_t size)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(json) struct json_object    *object = NULL;

	if (js_parse(text, size, &limits, &object, &p) == 0)
		decode(object);
}

static void try_parts(const char *text, size_t size)
{
	auto_(json) struct json_object *object = json_object_new_object();
	const size_t                    len = strnlen(text, size), skip = len < size ? len + 1 : len;
	auto_free char                 *header = b64u_encode_new(text, len);
	auto_free char                 *payload = b64u_encode_new(text + skip, size - skip);

	js_add_text(object, "protected", header);
	js_add_text(object, "payload", payload);
	js_add_text(object, "signature", "AAAA");
	decode(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_object((const char *)data, size);
	try_parts((const char *)data, size);
	return 0;
}

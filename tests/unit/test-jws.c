/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "json/js.h"
#include "keys.h"
#include "pki/jws.h"

#define URL_AND_NONCE "\"url\":\"https://ca.test/x\",\"nonce\":\"AAAA\""
#define HEADER        "{\"alg\":\"ES256\",\"kid\":\"k\"," URL_AND_NONCE "}"

/* *ret belongs to the caller (auto_free) also when it fails. */
static int decode(const char *header, const char *payload, const char *signature, struct jws **ret, struct problem *p)
{
	auto_free char *protected = b64u_encode_new(header, strlen(header));
	auto_free char *text = xasprintf("{ \"protected\": \"%s\",\n \"payload\": \"%s\",\n \"signature\": \"%s\" }",
	                                 protected, payload, signature);

	return jws_decode(text, strlen(text), ret, p);
}

static void test_members(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jws) struct jws             *jws = NULL;

	assert_int_equal(decode(HEADER, "e30", "AAAA", &jws, &p), 0);
	assert_string_equal(jws->kid, "k");
	assert_string_equal(jws->nonce, "AAAA");
	assert_string_equal(jws->url, "https://ca.test/x");
	assert_null(jws->jwk);
	assert_string_equal(jws->payload, "{}");
	assert_int_equal(jws->payload_len, 2);
	assert_int_equal(jws->signature_len, 3);
	assert_non_null(strstr(jws->signing_input, ".e30"));
}

static void test_post_as_get(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jws) struct jws             *jws = NULL;

	assert_int_equal(decode(HEADER, "", "AAAA", &jws, &p), 0);
	assert_int_equal(jws->payload_len, 0);
	assert_string_equal(jws->payload, "");
}

static void test_jwk_member(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jws) struct jws             *jws = NULL;

	assert_int_equal(decode("{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\"},\"typ\":\"x\"," URL_AND_NONCE "}", "",
	                        "AAAA", &jws, &p),
	                 0);
	assert_null(jws->kid);
	assert_true(json_object_is_type(jws->jwk, json_type_object));
}

/* clang-format off */
static const struct {
	const char    *header;
	enum prob_code code;
	const char    *detail;
} bad_headers[] = {
	{ "",                                                                     PROB_MALFORMED, "" },
	{ "[]",                                                                   PROB_MALFORMED, "object" },
	{ "{",                                                                    PROB_MALFORMED, "" },
	{ "{\"kid\":\"k\"," URL_AND_NONCE "}",                                    PROB_MALFORMED, "alg" },
	{ "{\"alg\":1,\"kid\":\"k\"," URL_AND_NONCE "}",                          PROB_MALFORMED, "alg" },
	{ "{\"alg\":null,\"kid\":\"k\"," URL_AND_NONCE "}",                       PROB_MALFORMED, "alg" },
	{ "{\"alg\\u0000x\":\"ES256\",\"kid\":\"k\"," URL_AND_NONCE "}",          PROB_MALFORMED, "" },
	{ "{\"alg\":\"ES256\",\"alg\":\"RS256\",\"kid\":\"k\"," URL_AND_NONCE "}", PROB_MALFORMED, "equal" },
	{ "{\"alg\":\"none\",\"kid\":\"k\"," URL_AND_NONCE "}",                   PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ "{\"alg\":\"HS256\",\"kid\":\"k\"," URL_AND_NONCE "}",                  PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ "{\"alg\":\"HS512\",\"kid\":\"k\"," URL_AND_NONCE "}",                  PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ "{\"alg\":\"PS256\",\"kid\":\"k\"," URL_AND_NONCE "}",                  PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ "{\"alg\":\"es256\",\"kid\":\"k\"," URL_AND_NONCE "}",                  PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ "{\"alg\":\"\",\"kid\":\"k\"," URL_AND_NONCE "}",                       PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ "{\"alg\":\"ES256\"," URL_AND_NONCE "}",                                PROB_MALFORMED, "neither" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"jwk\":{}," URL_AND_NONCE "}",       PROB_MALFORMED, "both" },
	{ "{\"alg\":\"ES256\",\"jwk\":\"k\"," URL_AND_NONCE "}",                  PROB_MALFORMED, "jwk" },
	{ "{\"alg\":\"ES256\",\"jwk\":null," URL_AND_NONCE "}",                   PROB_MALFORMED, "neither" },
	{ "{\"alg\":\"ES256\",\"kid\":{}," URL_AND_NONCE "}",                     PROB_MALFORMED, "kid" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"nonce\":\"AAAA\"}",                 PROB_MALFORMED, "url" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"nonce\":\"AAAA\",\"url\":[]}",      PROB_MALFORMED, "url" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"url\":\"u\"}",                      PROB_BAD_NONCE, "nonce" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"url\":\"u\",\"nonce\":1}",          PROB_MALFORMED, "nonce" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"crit\":[\"x\"],\"x\":1," URL_AND_NONCE "}", PROB_MALFORMED, "critical" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"crit\":[]," URL_AND_NONCE "}",      PROB_MALFORMED, "critical" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"crit\":null," URL_AND_NONCE "}",    PROB_MALFORMED, "critical" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"b64\":false," URL_AND_NONCE "}",    PROB_MALFORMED, "b64" },
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"b64\":true," URL_AND_NONCE "}",     PROB_MALFORMED, "b64" },
	{ "{\"alg\":\"ES256\",\"a\":[[[[[[[[1]]]]]]]],\"kid\":\"k\"," URL_AND_NONCE "}", PROB_MALFORMED, "" },
};

#define PROTECTED "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJub25jZSI6Im4iLCJ1cmwiOiJ1In0"

static const struct {
	const char *body, *detail;
} bad_bodies[] = {
	{ "",                                                                                "" },
	{ "[]",                                                                              "object" },
	{ "\"x\"",                                                                           "object" },
	{ PROTECTED ".e30.AAAA",                                                             "" },
	{ "{\"payload\":\"\",\"signature\":\"AAAA\"}",                                       "protected" },
	{ "{\"protected\":\"" PROTECTED "\",\"signature\":\"AAAA\"}",                        "payload" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":null,\"signature\":\"AAAA\"}",       "payload" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":{},\"signature\":\"AAAA\"}",         "payload" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\"}",                              "signature" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"\"}",           "empty signature" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"AA==\"}",       "canonical" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"e30=\",\"signature\":\"AAAA\"}",   "canonical" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"e31\",\"signature\":\"AAAA\"}",    "canonical" },
	{ "{\"protected\":\"" PROTECTED "=\",\"payload\":\"\",\"signature\":\"AAAA\"}",      "canonical" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"AAAA\",\"header\":{}}",     "unprotected" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"AAAA\",\"header\":null}",   "unprotected" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"AAAA\",\"signatures\":[]}", "signatures" },
	{ "{\"payload\":\"\",\"signatures\":[{\"protected\":\"" PROTECTED "\",\"signature\":\"AAAA\"}]}", "signatures" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"payload\":\"e30\",\"signature\":\"AAAA\"}", "equal" },
	{ "{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"AAAA\"} x",     "" },
};
/* clang-format on */

static void test_bad_headers(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_headers); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;

		if (decode(bad_headers[i].header, "", "AAAA", &jws, &p) == 0)
			fail_msg("%s is accepted", bad_headers[i].header);
		if (p.code != bad_headers[i].code || !strstr(p.detail, bad_headers[i].detail))
			fail_msg("%s: %s: %s", bad_headers[i].header, problem_name(p.code), p.detail);
		assert_null(jws);
	}
}

static void test_bad_bodies(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_bodies); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;

		if (jws_decode(bad_bodies[i].body, strlen(bad_bodies[i].body), &jws, &p) == 0)
			fail_msg("%s is accepted", bad_bodies[i].body);
		if (p.code != PROB_MALFORMED || !strstr(p.detail, bad_bodies[i].detail))
			fail_msg("%s: %s: %s", bad_bodies[i].body, problem_name(p.code), p.detail);
		assert_null(jws);
	}
}

static void test_body_size(void **state UNUSED)
{
	for (size_t size = 1048576; size <= 1048577; size++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;
		auto_free char                    *body = NULL, *payload = NULL, *frame = NULL;
		size_t                             room;

		frame = xasprintf("{\"protected\":\"" PROTECTED "\",\"signature\":\"AAAA\",\"payload\":\"\"}");
		room = size - strlen(frame);
		payload = xcalloc(room + 1, 1);
		memset(payload, 'A', room / 4 * 4);
		body = xasprintf("{\"protected\":\"" PROTECTED "\",\"signature\":\"AAAA\",\"payload\":\"%s\"}%*s",
		                 payload, (int)(room % 4), "");
		assert_int_equal(strlen(body), size);
		assert_int_equal(jws_decode(body, size, &jws, &p), size == 1048576 ? 0 : -PROB_MALFORMED);
	}
}

/* A decoded JWS with that algorithm, to put the parts of a published vector into. */
static struct jws *with_alg(const char *alg)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_free char                    *header = xasprintf("{\"alg\":\"%s\",\"kid\":\"k\"," URL_AND_NONCE "}", alg);
	struct jws                        *jws = NULL;

	assert_int_equal(decode(header, "", "AAAA", &jws, &p), 0);
	return jws;
}

static void set_parts(struct jws *jws, const char *input, const void *signature, size_t len)
{
	free(jws->signing_input);
	free(jws->signature);
	jws->signing_input = xstrdup(input);
	jws->signature = xmemdup(signature, len);
	jws->signature_len = len;
}

static void test_vectors(void **state UNUSED)
{
	static const struct {
		const char *alg, *key, *input, *signature;
	} vectors[] = {
		/* RFC 7515 A.3 */
		{ "ES256",
		  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
		  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
		  "eyJhbGciOiJFUzI1NiJ9."
		  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
		  "Ijp0cnVlfQ",
		  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q" },
		/* RFC 8037 A.4 */
		{ "EdDSA",
		  "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		  "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
		  "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = with_alg(vectors[i].alg);
		auto_(jwk) struct jwk             *jwk = NULL;
		uint8_t                            signature[64];
		size_t                             len;

		assert_int_equal(jwk_from_text(vectors[i].key, &jwk, &p), 0);
		assert_true(b64u_decode(vectors[i].signature, strlen(vectors[i].signature), signature,
		                        sizeof(signature), &len));
		set_parts(jws, vectors[i].input, signature, len);
		assert_int_equal(jws_verify(jws, jwk, &p), 0);
		jws->signing_input[0] ^= 1;
		assert_int_equal(jws_verify(jws, jwk, &p), -PROB_MALFORMED);
	}
}

/* One key of each kind, and how it signs. */
static const struct {
	const char             *alg;
	gnutls_pk_algorithm_t   pk;
	unsigned                bits;
	gnutls_sign_algorithm_t sign;
	unsigned                half; /* of r || s; 0: no ECDSA */
} kinds[] = {
	{ "RS256", GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_SHA256, 0 },
	{ "ES256", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), GNUTLS_SIGN_ECDSA_SHA256, 32 },
	{ "ES384", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), GNUTLS_SIGN_ECDSA_SHA384, 48 },
	{ "ES512", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1), GNUTLS_SIGN_ECDSA_SHA512, 66 },
	{ "EdDSA", GNUTLS_PK_EDDSA_ED25519, 0, GNUTLS_SIGN_EDDSA_ED25519, 0 },
};

struct keys {
	gnutls_privkey_t secret[ARRAY_LEN(kinds)];
	struct jwk      *jwk[ARRAY_LEN(kinds)];
};

static int setup_keys(void **state)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	*state = keys;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(gpubkey) gnutls_pubkey_t     pub = NULL;

		keys->secret[i] = key_new(kinds[i].pk, kinds[i].bits);
		pub = key_public(keys->secret[i]);
		if (jwk_from_pubkey(pub, &keys->jwk[i], &p) < 0)
			return -1;
	}
	return 0;
}

static int drop_keys(void **state)
{
	struct keys *keys = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		gnutls_privkey_deinit(keys->secret[i]);
		jwk_free(keys->jwk[i]);
	}
	free(keys);
	return 0;
}

/* Right-aligned into `half` octets. */
static void put_number(uint8_t *out, unsigned half, const gnutls_datum_t *number)
{
	unsigned skip = number->size > half ? number->size - half : 0;

	memset(out, 0, half);
	memcpy(out + half - (number->size - skip), number->data + skip, number->size - skip);
}

/* der: how GnuTLS signs; else as RFC 7518 3.4 wants it. */
static struct jws *signed_by(const struct keys *keys, size_t key, size_t alg, bool der)
{
	static const char                 input[] = "cHJvdGVjdGVk.cGF5bG9hZA";
	const gnutls_datum_t              data = { (unsigned char *)(uintptr_t)input, sizeof(input) - 1 };
	struct jws                       *jws = with_alg(kinds[alg].alg);
	auto_clear(gdatum) gnutls_datum_t sig = { 0 }, r = { 0 }, s = { 0 };
	uint8_t                           raw[2 * 66];

	assert_int_equal(gnutls_privkey_sign_data2(keys->secret[key], kinds[key].sign, 0, &data, &sig), 0);
	if (kinds[key].half == 0 || der) {
		set_parts(jws, input, sig.data, sig.size);
		return jws;
	}
	assert_int_equal(gnutls_decode_rs_value(&sig, &r, &s), 0);
	put_number(raw, kinds[key].half, &r);
	put_number(raw + kinds[key].half, kinds[key].half, &s);
	set_parts(jws, input, raw, 2 * kinds[key].half);
	return jws;
}

static void expect(const struct jws *jws, const struct jwk *jwk, const char *detail)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	int                                r = jws_verify(jws, jwk, &p);

	if (!detail) {
		if (r < 0)
			fail_msg("%s (%s)", p.detail, p.cause);
		return;
	}
	assert_int_equal(r, -PROB_MALFORMED);
	if (!strstr(p.detail, detail))
		fail_msg("%s: expected %s", p.detail, detail);
}

/* Every algorithm with every key: only its own kind verifies. */
static void test_all_pairs(void **state)
{
	const struct keys *keys = *state;

	for (size_t key = 0; key < ARRAY_LEN(kinds); key++) {
		for (size_t alg = 0; alg < ARRAY_LEN(kinds); alg++) {
			auto_(jws) struct jws *jws = signed_by(keys, key, alg, false);

			expect(jws, keys->jwk[key], key == alg ? NULL : "does not fit");
		}
	}
}

static void test_signature_bits(void **state)
{
	const struct keys *keys = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		auto_(jws) struct jws *jws = signed_by(keys, i, i, false);

		jws->signature[jws->signature_len - 1] ^= 1;
		expect(jws, keys->jwk[i], "does not verify");
		memset(jws->signature, 0, jws->signature_len);
		expect(jws, keys->jwk[i], "does not verify");
		memset(jws->signature, 0xff, jws->signature_len);
		expect(jws, keys->jwk[i], "does not verify");
		jws->signature_len--;
		expect(jws, keys->jwk[i], "octets");
	}
}

static void test_leading_zero_is_refused(void **state)
{
	const struct keys *keys = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		auto_(jws) struct jws *jws = signed_by(keys, i, i, false);
		size_t                 len = jws->signature_len;
		auto_free uint8_t     *longer = xcalloc(len + 1, 1);

		memcpy(longer + 1, jws->signature, len);
		free(jws->signature);
		jws->signature = steal(longer);
		jws->signature_len = len + 1;
		expect(jws, keys->jwk[i], "octets");
	}
}

static void test_der_signature_is_refused(void **state)
{
	const struct keys *keys = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		auto_(jws) struct jws *jws = signed_by(keys, i, i, true);

		if (kinds[i].half > 0)
			expect(jws, keys->jwk[i], "octets");
	}
}

static void test_other_alg_in_key(void **state)
{
	const struct keys     *keys = *state;
	auto_(jws) struct jws *jws = signed_by(keys, 0, 0, false);

	strcpy(keys->jwk[0]->alg, "PS256");
	expect(jws, keys->jwk[0], "differs");
	strcpy(keys->jwk[0]->alg, "RS256");
	expect(jws, keys->jwk[0], NULL);
	keys->jwk[0]->alg[0] = '\0';
}

/* An inner JWS comes as an object. */
static int decode_inner(const char *header, enum jws_use use, struct jws **ret, struct problem *p)
{
	auto_(json) struct json_object *object = json_object_new_object();
	auto_free char *protected = b64u_encode_new(header, strlen(header));

	js_add_text(object, "protected", protected);
	js_add_text(object, "payload", "e30");
	js_add_text(object, "signature", "AAAA");
	return jws_decode_inner(object, use, ret, p);
}

#define INNER_URL "\"url\":\"https://ca.test/x\""

/* clang-format off */
static const struct {
	enum jws_use   use;
	const char    *header;
	enum prob_code code; /* PROB_NONE: good */
	const char    *detail;
} inner[] = {
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"jwk\":{}," INNER_URL "}",                   PROB_NONE, "" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"jwk\":{}," URL_AND_NONCE "}",               PROB_MALFORMED, "nonce" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"jwk\":{},\"nonce\":null," INNER_URL "}",    PROB_MALFORMED, "nonce" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"kid\":\"k\"," INNER_URL "}",                PROB_MALFORMED, "kid" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"jwk\":{},\"kid\":\"k\"," INNER_URL "}",     PROB_MALFORMED, "kid" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\"," INNER_URL "}",                              PROB_MALFORMED, "neither" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"jwk\":{}}",                                 PROB_MALFORMED, "url" },
	{ JWS_NEW_KEY, "{\"alg\":\"HS256\",\"jwk\":{}," INNER_URL "}",                   PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ JWS_NEW_KEY, "{\"alg\":\"none\",\"jwk\":{}," INNER_URL "}",                    PROB_BAD_SIGNATURE_ALGORITHM, "ES256" },
	{ JWS_NEW_KEY, "{\"alg\":\"ES256\",\"jwk\":{},\"crit\":[]," INNER_URL "}",       PROB_MALFORMED, "critical" },
	{ JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\"," INNER_URL "}",                PROB_NONE, "" },
	{ JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\"," URL_AND_NONCE "}",            PROB_MALFORMED, "nonce" },
	{ JWS_BINDING, "{\"alg\":\"HS256\",\"jwk\":{}," INNER_URL "}",                   PROB_MALFORMED, "jwk" },
	{ JWS_BINDING, "{\"alg\":\"HS256\"," INNER_URL "}",                              PROB_MALFORMED, "neither" },
	{ JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":1," INNER_URL "}",                    PROB_MALFORMED, "kid" },
	{ JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\"}",                              PROB_MALFORMED, "url" },
	{ JWS_BINDING, "{\"alg\":\"ES256\",\"kid\":\"k\"," INNER_URL "}",                PROB_BAD_SIGNATURE_ALGORITHM, "HS256" },
	{ JWS_BINDING, "{\"alg\":\"HS1\",\"kid\":\"k\"," INNER_URL "}",                  PROB_BAD_SIGNATURE_ALGORITHM, "HS256" },
	{ JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\",\"b64\":true," INNER_URL "}",   PROB_MALFORMED, "b64" },
};
/* clang-format on */

static void test_inner(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;
		int                                r = decode_inner(inner[i].header, inner[i].use, &jws, &p);

		assert_int_equal(r, -(int)p.code);
		if (p.code != inner[i].code || !strstr(p.detail, inner[i].detail))
			fail_msg("%s: %d: %s", inner[i].header, r, p.detail);
		if (r == 0)
			assert_string_equal(jws->payload, "{}");
		else
			assert_null(jws);
	}
}

static void test_inner_body(void **state UNUSED)
{
	static const char *const bodies[] = {
		"{}",
		"{\"protected\":\"\",\"payload\":\"\",\"signature\":\"AAAA\"}",
		"{\"protected\":\"" PROTECTED "\",\"payload\":\"\",\"signature\":\"AAAA\",\"header\":{}}",
		"{\"payload\":\"\",\"signatures\":[]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(json) struct json_object    *object = json_tokener_parse(bodies[i]);
		auto_(jws) struct jws             *jws = NULL;

		assert_int_equal(jws_decode_inner(object, JWS_BINDING, &jws, &p), -PROB_MALFORMED);
	}
}

static void test_mac_hash(void **state UNUSED)
{
	static const char *const names[][2] = { { "HS256", "sha256" }, { "HS384", "sha384" }, { "HS512", "sha512" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;
		auto_free char *header = xasprintf("{\"alg\":\"%s\",\"kid\":\"k\"," INNER_URL "}", names[i][0]);

		assert_int_equal(decode_inner(header, JWS_BINDING, &jws, &p), 0);
		assert_string_equal(jws_mac_hash(jws), names[i][1]);
	}
}

static void test_algorithms(void **state UNUSED)
{
	const char *const *names = jws_algorithms();
	size_t             n = 0;

	for (; names[n]; n++) {
		auto_(jws) struct jws *jws = with_alg(names[n]);

		assert_non_null(jws);
		assert_string_equal(names[n], kinds[n].alg);
	}
	assert_int_equal(n, ARRAY_LEN(kinds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_post_as_get),
		cmocka_unit_test(test_jwk_member),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_bad_bodies),
		cmocka_unit_test(test_body_size),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_signature_bits),
		cmocka_unit_test(test_leading_zero_is_refused),
		cmocka_unit_test(test_der_signature_is_refused),
		cmocka_unit_test(test_other_alg_in_key),
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_inner_body),
		cmocka_unit_test(test_mac_hash),
		cmocka_unit_test(test_algorithms),
	};

	return cmocka_run_group_tests(tests, setup_keys, drop_keys);
}

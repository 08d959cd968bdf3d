/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/jws.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "json/js.h"

#define BODY_MAX      1048576 /* the most that max-request permits, which is what cuts first */
#define HEADER_MAX    16384
#define SIGNATURE_MAX 1024 /* RSA-8192 */

struct jws_alg {
	const char             *name;
	enum jwk_kind           kind;
	gnutls_sign_algorithm_t id;
	unsigned                signature_len; /* 0: as long as the modulus */
	bool                    is_ecdsa;      /* r || s (RFC 7518 3.4) */
	const char             *mac_hash;      /* NULL: a signature */
};

/* The ids that are bound to a curve: GNUTLS_SIGN_ECDSA_SHA384 would take a P-256 key. */
/* clang-format off */
static const struct jws_alg algs[] = {
	{ "RS256", JWK_RSA,     GNUTLS_SIGN_RSA_SHA256,             0,   false, NULL },
	{ "ES256", JWK_P256,    GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 64,  true,  NULL },
	{ "ES384", JWK_P384,    GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, 96,  true,  NULL },
	{ "ES512", JWK_P521,    GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, 132, true,  NULL },
	{ "EdDSA", JWK_ED25519, GNUTLS_SIGN_EDDSA_ED25519,          64,  false, NULL },
};

static const struct jws_alg mac_algs[] = {
	{ .name = "HS256", .mac_hash = "sha256" },
	{ .name = "HS384", .mac_hash = "sha384" },
	{ .name = "HS512", .mac_hash = "sha512" },
};
/* clang-format on */

static const char *const alg_names[] = { "RS256", "ES256", "ES384", "ES512", "EdDSA", NULL };
_Static_assert(ARRAY_LEN(alg_names) == ARRAY_LEN(algs) + 1, "every algorithm has its name in the list");

static const struct js_limits body_limits = { .max_bytes = BODY_MAX, .max_depth = 8, .max_members = 64 };
static const struct js_limits header_limits = { .max_bytes = HEADER_MAX, .max_depth = 8, .max_members = 64 };

struct body {
	const char *protected, *payload, *signature;
};

/* clang-format off */
static const struct js_field body_fields[] = {
	JS_STRING(struct body, protected, "protected", JS_REQUIRED, BODY_MAX),
	JS_STRING(struct body, payload, "payload", JS_REQUIRED, BODY_MAX),
	JS_STRING(struct body, signature, "signature", JS_REQUIRED, B64U_LEN(SIGNATURE_MAX)),
	JS_END
};
/* clang-format on */

struct header {
	const char         *alg, *kid, *nonce, *url;
	struct json_object *jwk;
};

/* clang-format off */
static const struct js_field header_fields[] = {
	JS_STRING(struct header, alg, "alg", JS_REQUIRED, 64),
	JS_STRING(struct header, kid, "kid", JS_OPTIONAL, 2048),
	JS_STRING(struct header, nonce, "nonce", JS_OPTIONAL, 256),
	JS_STRING(struct header, url, "url", JS_REQUIRED, 2048),
	JS_OBJECT(struct header, jwk, "jwk", JS_OPTIONAL),
	JS_END
};
/* clang-format on */

struct forbidden {
	const char *member;
	unsigned    uses; /* bits of enum jws_use */
	const char *why;
};

static const struct forbidden forbidden_in_body[] = {
	{ "signatures", ~0u,
	  "JWS has a member signatures; only the flattened serialization with one signature is permitted" },
	{ "header", ~0u, "JWS has an unprotected header, which is not permitted" },
};

#define IN(use) (1u << (use))

/*
 * No extension is understood, so none may be critical (RFC 7515 4.1.11), and RFC 8555 6.2 rules out b64 for itself.
 * An inner JWS is as fresh as the one around it, and who signs it is a matter of its use.
 */
/* clang-format off */
static const struct forbidden forbidden_in_header[] = {
	{ "crit",  ~0u,                               "JWS names critical header parameters, none of which are supported" },
	{ "b64",   ~0u,                               "JWS has the header parameter b64, which is not permitted" },
	{ "nonce", IN(JWS_NEW_KEY) | IN(JWS_BINDING), "JWS header has a nonce, which only that of the request may have" },
	{ "kid",   IN(JWS_NEW_KEY),                   "JWS header has a kid; the new key must be in jwk" },
	{ "jwk",   IN(JWS_BINDING),                   "JWS header has a jwk; kid must name the key of the MAC" },
};
/* clang-format on */

const char *const *jws_algorithms(void)
{
	return alg_names;
}

static int check_forbidden(struct json_object *object, enum jws_use use, const struct forbidden *rows, size_t n,
                           struct problem *p)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].uses & IN(use) && json_object_object_get_ex(object, rows[i].member, NULL))
			return problem_set(p, PROB_MALFORMED, "%s", rows[i].why);
	}
	return 0;
}

/* Newly allocated, with a NUL that does not count. */
static int decode_part(const char *name, const char *text, char **ret, size_t *ret_len, struct problem *p)
{
	size_t          len = strlen(text), size = B64U_MAX_BYTES(len);
	auto_free char *bytes = xcalloc(size + 1, 1);

	if (!b64u_decode(text, len, bytes, size, ret_len))
		return problem_set(p, PROB_MALFORMED, "JWS member %s is not canonical base64url without padding", name);
	*ret = steal(bytes);
	return 0;
}

static int parse_header(const char *text, enum jws_use use, struct json_object **ret, struct problem *p)
{
	auto_free char *json = NULL;
	size_t          len = 0;
	int             r = decode_part("protected", text, &json, &len, p);

	if (r == 0)
		r = js_parse(json, len, &header_limits, ret, p);
	if (r == 0)
		r = check_forbidden(*ret, use, forbidden_in_header, ARRAY_LEN(forbidden_in_header), p);
	return r;
}

static const struct jws_alg *find_in(const struct jws_alg *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static int find_alg(const char *name, enum jws_use use, const struct jws_alg **ret, struct problem *p)
{
	bool mac = use == JWS_BINDING;

	*ret = mac ? find_in(mac_algs, ARRAY_LEN(mac_algs), name) : find_in(algs, ARRAY_LEN(algs), name);
	if (!*ret)
		return problem_set(p, PROB_BAD_SIGNATURE_ALGORITHM, "JWS has an unsupported alg; %s are supported",
		                   mac ? "HS256, HS384 and HS512" : "RS256, ES256, ES384, ES512 and EdDSA");
	return 0;
}

static int bind_header(struct jws *jws, enum jws_use use, struct problem *p)
{
	struct header h = { 0 };
	int           r = js_bind(jws->header, header_fields, &h, p);

	if (r == 0)
		r = find_alg(h.alg, use, &jws->alg, p);
	if (r < 0)
		return r;
	if (h.jwk && h.kid)
		return problem_set(p, PROB_MALFORMED, "JWS header has both jwk and kid; exactly one is permitted");
	if (!h.jwk && !h.kid)
		return problem_set(p, PROB_MALFORMED, "JWS header has neither jwk nor kid");
	/* RFC 8555 6.5: a fresh nonce comes with the answer, so the client can go on. */
	if (use == JWS_REQUEST && !h.nonce)
		return problem_set(p, PROB_BAD_NONCE, "JWS header has no nonce");
	jws->kid = h.kid;
	jws->jwk = h.jwk;
	jws->nonce = h.nonce;
	jws->url = h.url;
	return 0;
}

static int decode_parts(const struct body *b, enum jws_use use, struct jws *jws, struct problem *p)
{
	auto_free char *signature = NULL;
	int             r;

	if (b->signature[0] == '\0')
		return problem_set(p, PROB_MALFORMED, "JWS has an empty signature");
	r = parse_header(b->protected, use, &jws->header, p);
	if (r == 0)
		r = bind_header(jws, use, p);
	if (r == 0)
		r = decode_part("payload", b->payload, &jws->payload, &jws->payload_len, p);
	if (r == 0)
		r = decode_part("signature", b->signature, &signature, &jws->signature_len, p);
	if (r < 0)
		return r;
	jws->signature = (uint8_t *)steal(signature);
	jws->signing_input = xasprintf("%s.%s", b->protected, b->payload);
	return 0;
}

static int decode_object(struct json_object *object, enum jws_use use, struct jws **ret, struct problem *p)
{
	auto_(jws) struct jws *jws = xcalloc(1, sizeof(*jws));
	struct body            b = { 0 };
	int                    r = check_forbidden(object, use, forbidden_in_body, ARRAY_LEN(forbidden_in_body), p);

	if (r == 0)
		r = js_bind(object, body_fields, &b, p);
	if (r == 0)
		r = decode_parts(&b, use, jws, p);
	if (r < 0)
		return r;
	*ret = steal(jws);
	return 0;
}

int jws_decode(const char *body, size_t len, struct jws **ret, struct problem *p)
{
	auto_(json) struct json_object *object = NULL;
	int                             r = js_parse(body, len, &body_limits, &object, p);

	return r < 0 ? r : decode_object(object, JWS_REQUEST, ret, p);
}

int jws_decode_inner(struct json_object *object, enum jws_use use, struct jws **ret, struct problem *p)
{
	assert(use != JWS_REQUEST);
	return decode_object(object, use, ret, p);
}

const char *jws_mac_hash(const struct jws *jws)
{
	assert(jws->alg->mac_hash);
	return jws->alg->mac_hash;
}

/* GnuTLS takes the DER form of X9.62; a JWS has r and s side by side. */
static int der_signature(const struct jws *jws, gnutls_datum_t *ret, struct problem *p)
{
	unsigned       half = (unsigned)jws->signature_len / 2;
	gnutls_datum_t rs = { jws->signature, half }, s = { jws->signature + half, half };
	int            r = gnutls_encode_rs_value(ret, &rs, &s);

	return r < 0 ? problem_gnutls(p, PROB_MALFORMED, r, "JWS signature does not verify") : 0;
}

static int check_fit(const struct jws *jws, const struct jwk *jwk, struct problem *p)
{
	unsigned expected = jws->alg->signature_len, bits = 0;

	assert(!jws->alg->mac_hash);
	if (jwk->kind != jws->alg->kind)
		return problem_set(p, PROB_MALFORMED, "alg %s does not fit the key", jws->alg->name);
	if (jwk->alg[0] && strcmp(jwk->alg, jws->alg->name) != 0)
		return problem_set(p, PROB_MALFORMED, "alg of the key differs from alg %s of the JWS", jws->alg->name);
	/* RFC 8017 8.2.2: GnuTLS itself reads the number, whatever the count of zero octets before it. */
	if (expected == 0) {
		(void)gnutls_pubkey_get_pk_algorithm(jwk->key, &bits);
		expected = bits / 8;
	}
	if (jws->signature_len != expected)
		return problem_set(p, PROB_MALFORMED, "JWS signature has %zu octets; %s with this key needs %u",
		                   jws->signature_len, jws->alg->name, expected);
	return 0;
}

int jws_verify(const struct jws *jws, const struct jwk *jwk, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t der = { 0 };
	gnutls_datum_t input = { (uint8_t *)jws->signing_input, (unsigned)strlen(jws->signing_input) };
	gnutls_datum_t raw = { jws->signature, (unsigned)jws->signature_len };
	int            r = check_fit(jws, jwk, p);

	if (r == 0 && jws->alg->is_ecdsa)
		r = der_signature(jws, &der, p);
	if (r < 0)
		return r;
	r = gnutls_pubkey_verify_data2(jwk->key, jws->alg->id, 0, &input, jws->alg->is_ecdsa ? &der : &raw);
	return r < 0 ? problem_gnutls(p, PROB_MALFORMED, r, "JWS signature does not verify") : 0;
}

void jws_free(struct jws *jws)
{
	if (!jws)
		return;
	free(jws->payload);
	free(jws->signing_input);
	free(jws->signature);
	json_object_put(jws->header);
	free(jws);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/jwk.h"

#include <stdint.h>
#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "json/js.h"
#include "pki/rsa.h"

#define COORDINATE_MAX 66   /* P-521 */
#define RSA_MAX        2100 /* bytes of a member: RSA-16384 and some, so that rsa_flaw can say what is wrong */
#define TEXT_MAX       4096 /* of a canonical key */
#define JWK_MEMBER_MAX B64U_LEN(RSA_MAX)

/* RFC 7518 6.2.1.1, RFC 8037 2.  Octets: the only length a coordinate may have (RFC 7518 6.2.1.2). */
struct curve {
	enum jwk_kind      kind;
	gnutls_ecc_curve_t id;
	const char        *kty, *crv;
	unsigned           octets;
	bool               has_y;
};

/* clang-format off */
static const struct curve curves[] = {
	{ JWK_P256,    GNUTLS_ECC_CURVE_SECP256R1, "EC",  "P-256",   32, true },
	{ JWK_P384,    GNUTLS_ECC_CURVE_SECP384R1, "EC",  "P-384",   48, true },
	{ JWK_P521,    GNUTLS_ECC_CURVE_SECP521R1, "EC",  "P-521",   66, true },
	{ JWK_ED25519, GNUTLS_ECC_CURVE_ED25519,   "OKP", "Ed25519", 32, false },
};
/* clang-format on */

/* What a key is made of; a: modulus or x, b: exponent or y. */
struct material {
	const struct curve *curve; /* NULL: RSA */
	gnutls_datum_t      a, b;
};

struct jwk_text {
	const char *kty, *crv, *x, *y, *n, *e, *alg;
};

/* clang-format off */
static const struct js_field jwk_fields[] = {
	JS_STRING(struct jwk_text, kty, "kty", JS_REQUIRED, 16),
	JS_STRING(struct jwk_text, crv, "crv", JS_OPTIONAL, 32),
	JS_STRING(struct jwk_text, x, "x", JS_OPTIONAL, JWK_MEMBER_MAX),
	JS_STRING(struct jwk_text, y, "y", JS_OPTIONAL, JWK_MEMBER_MAX),
	JS_STRING(struct jwk_text, n, "n", JS_OPTIONAL, JWK_MEMBER_MAX),
	JS_STRING(struct jwk_text, e, "e", JS_OPTIONAL, JWK_MEMBER_MAX),
	JS_STRING(struct jwk_text, alg, "alg", JS_OPTIONAL, sizeof(((struct jwk *)0)->alg) - 1),
	JS_END
};
/* clang-format on */

static const struct js_limits text_limits = { .max_bytes = TEXT_MAX, .max_depth = 2, .max_members = 16 };

/* RFC 7518 6.2.2, 6.3.2, 6.4, RFC 8037 2. */
static const char *const secret_members[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };

/*
 * The y coordinates of the points whose order divides the cofactor, sign bit cleared.  Under such a key a signature
 * that anybody can write down verifies for every message, and GnuTLS takes them.
 */
/* clang-format off */
static const uint8_t small_order[][32] = {
	{ 0 },
	{ 1 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
	  0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
	  0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
};
/* clang-format on */

/* Little-endian y of at least 2^255 - 19: a second encoding of a smaller y (RFC 8032 5.1.3 refuses it). */
static bool is_unreduced(const uint8_t y[32])
{
	for (size_t i = 1; i < 31; i++) {
		if (y[i] != 0xff)
			return false;
	}
	return y[31] == 0x7f && y[0] >= 0xed;
}

static const char *ed25519_flaw(const gnutls_datum_t *x)
{
	uint8_t y[32];

	memcpy(y, x->data, sizeof(y));
	y[31] &= 0x7f;
	for (size_t i = 0; i < ARRAY_LEN(small_order); i++) {
		if (memcmp(y, small_order[i], sizeof(y)) == 0)
			return "Ed25519 key is a point of small order";
	}
	return is_unreduced(y) ? "Ed25519 key is not in its canonical encoding" : NULL;
}

static int check_material(const struct material *m, struct problem *p)
{
	const char *flaw = NULL;

	if (!m->curve)
		flaw = rsa_flaw(&m->a, &m->b);
	else if (m->a.size != m->curve->octets || (m->curve->has_y && m->b.size != m->curve->octets))
		return problem_set(p, PROB_BAD_PUBLIC_KEY, "each coordinate of a %s key must have exactly %u octets",
		                   m->curve->crv, m->curve->octets);
	else if (m->curve->kind == JWK_ED25519)
		flaw = ed25519_flaw(&m->a);
	return flaw ? problem_set(p, PROB_BAD_PUBLIC_KEY, "%s", flaw) : 0;
}

static int import(const struct material *m, gnutls_pubkey_t *ret, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	int                            r = gnutls_pubkey_init(&key);

	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "cannot allocate a public key");
	if (m->curve)
		r = gnutls_pubkey_import_ecc_raw(key, m->curve->id, &m->a, m->curve->has_y ? &m->b : NULL);
	else
		r = gnutls_pubkey_import_rsa_raw(key, &m->a, &m->b);
	/* The import alone takes points off the curve. */
	if (r >= 0)
		r = gnutls_pubkey_verify_params(key);
	if (r < 0 && m->curve)
		return problem_gnutls(p, PROB_BAD_PUBLIC_KEY, r, "key is not a point on curve %s", m->curve->crv);
	if (r < 0)
		return problem_gnutls(p, PROB_BAD_PUBLIC_KEY, r, "RSA key is not usable");
	*ret = steal(key);
	return 0;
}

/* RFC 7638 3.2: required members only, in lexicographic order, without white space. */
static char *canonical_text(const struct material *m)
{
	auto_free char *a = b64u_encode_new(m->a.data, m->a.size);
	auto_free char *b = b64u_encode_new(m->b.data, m->b.size);

	if (!m->curve)
		return xasprintf("{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", b, a);
	if (!m->curve->has_y)
		return xasprintf("{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\"}", m->curve->crv, m->curve->kty, a);
	return xasprintf("{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", m->curve->crv, m->curve->kty, a,
	                 b);
}

static int set_thumbprint(struct jwk *jwk, struct problem *p)
{
	uint8_t digest[SHA256_LEN];
	int     r = sha256(jwk->canonical, strlen(jwk->canonical), digest, p);

	if (r < 0)
		return r;
	b64u_encode(digest, sizeof(digest), jwk->thumbprint);
	return 0;
}

static int from_material(const struct material *m, struct jwk **ret, struct problem *p)
{
	auto_(jwk) struct jwk *jwk = xcalloc(1, sizeof(*jwk));
	int                    r = check_material(m, p);

	if (r == 0)
		r = import(m, &jwk->key, p);
	if (r < 0)
		return r;
	jwk->kind = m->curve ? m->curve->kind : JWK_RSA;
	jwk->canonical = canonical_text(m);
	r = set_thumbprint(jwk, p);
	if (r < 0)
		return r;
	*ret = steal(jwk);
	return 0;
}

/* `memory`: RSA_MAX bytes that *ret will point to. */
static int decode_member(const char *name, const char *text, uint8_t *memory, gnutls_datum_t *ret, struct problem *p)
{
	size_t len;

	if (!text)
		return problem_set(p, PROB_MALFORMED, "JWK has no member %s", name);
	if (!b64u_decode(text, strlen(text), memory, RSA_MAX, &len))
		return problem_set(p, PROB_MALFORMED, "JWK member %s is not canonical base64url", name);
	*ret = (gnutls_datum_t){ memory, (unsigned)len };
	return 0;
}

static int find_curve(const struct jwk_text *text, const struct curve **ret, struct problem *p)
{
	if (strcmp(text->kty, "RSA") == 0) {
		*ret = NULL;
		return 0;
	}
	if (strcmp(text->kty, "EC") != 0 && strcmp(text->kty, "OKP") != 0)
		return problem_set(p, PROB_BAD_PUBLIC_KEY, "JWK has an unknown kty; RSA, EC and OKP are supported");
	if (!text->crv)
		return problem_set(p, PROB_MALFORMED, "JWK has no member crv");
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		if (strcmp(text->kty, curves[i].kty) == 0 && strcmp(text->crv, curves[i].crv) == 0) {
			*ret = &curves[i];
			return 0;
		}
	}
	return problem_set(
		p, PROB_BAD_PUBLIC_KEY,
		"JWK has an unsupported crv; P-256, P-384, P-521 (kty EC) and Ed25519 (kty OKP) are supported");
}

static int check_public(struct json_object *object, struct problem *p)
{
	for (size_t i = 0; i < ARRAY_LEN(secret_members); i++) {
		if (json_object_object_get_ex(object, secret_members[i], NULL))
			return problem_set(p, PROB_MALFORMED, "JWK has member %s, which must be kept secret",
			                   secret_members[i]);
	}
	return 0;
}

static int bind(struct json_object *object, struct jwk_text *text, struct problem *p)
{
	int r;

	if (!json_object_is_type(object, json_type_object))
		return problem_set(p, PROB_MALFORMED, "JWK is not an object");
	r = check_public(object, p);
	if (r == 0)
		r = js_bind(object, jwk_fields, text, p);
	if (r < 0)
		return r;
	if (strcmp(text->kty, "oct") == 0)
		return problem_set(p, PROB_MALFORMED, "JWK is a symmetric key");
	return 0;
}

int jwk_from_json(struct json_object *object, struct jwk **ret, struct problem *p)
{
	uint8_t         a[RSA_MAX], b[RSA_MAX];
	struct jwk_text text = { 0 };
	struct material m = { 0 };
	int             r = bind(object, &text, p);

	if (r == 0)
		r = find_curve(&text, &m.curve, p);
	if (r == 0)
		r = m.curve ? decode_member("x", text.x, a, &m.a, p) : decode_member("n", text.n, a, &m.a, p);
	if (r == 0 && !m.curve)
		r = decode_member("e", text.e, b, &m.b, p);
	else if (r == 0 && m.curve->has_y)
		r = decode_member("y", text.y, b, &m.b, p);
	if (r == 0)
		r = from_material(&m, ret, p);
	if (r == 0 && text.alg)
		strcpy((*ret)->alg, text.alg);
	return r;
}

int jwk_from_text(const char *text, struct jwk **ret, struct problem *p)
{
	auto_(json) struct json_object *object = NULL;
	int                             r = js_parse(text, strlen(text), &text_limits, &object, p);

	return r < 0 ? r : jwk_from_json(object, ret, p);
}

/* GnuTLS may hand out a coordinate without its leading zero octets. */
static void pad(const gnutls_datum_t *in, unsigned octets, uint8_t *memory, gnutls_datum_t *ret)
{
	unsigned missing = in->size < octets ? octets - in->size : 0;

	if (in->size + missing > COORDINATE_MAX) {
		*ret = *in;
		return;
	}
	memset(memory, 0, missing);
	if (in->size)
		memcpy(memory + missing, in->data, in->size);
	*ret = (gnutls_datum_t){ memory, in->size + missing };
}

static int from_rsa(gnutls_pubkey_t key, struct jwk **ret, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t n = { 0 }, e = { 0 };
	int                               r = gnutls_pubkey_export_rsa_raw2(key, &n, &e, GNUTLS_EXPORT_FLAG_NO_LZ);

	if (r < 0)
		return problem_gnutls(p, PROB_BAD_PUBLIC_KEY, r, "RSA key is not usable");
	return from_material(&(struct material){ .a = n, .b = e }, ret, p);
}

static int from_ecc(gnutls_pubkey_t key, struct jwk **ret, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t x = { 0 }, y = { 0 };
	uint8_t                           a[COORDINATE_MAX], b[COORDINATE_MAX];
	gnutls_ecc_curve_t                id = GNUTLS_ECC_CURVE_INVALID;
	struct material                   m = { 0 };
	int                               r = gnutls_pubkey_export_ecc_raw2(key, &id, &x, &y, GNUTLS_EXPORT_FLAG_NO_LZ);

	if (r < 0)
		return problem_gnutls(p, PROB_BAD_PUBLIC_KEY, r, "elliptic curve key is not usable");
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		if (curves[i].id == id)
			m.curve = &curves[i];
	}
	if (!m.curve)
		return problem_set(p, PROB_BAD_PUBLIC_KEY, "key is on an unsupported curve");
	pad(&x, m.curve->octets, a, &m.a);
	if (m.curve->has_y)
		pad(&y, m.curve->octets, b, &m.b);
	return from_material(&m, ret, p);
}

int jwk_from_pubkey(gnutls_pubkey_t key, struct jwk **ret, struct problem *p)
{
	switch (gnutls_pubkey_get_pk_algorithm(key, NULL)) {
	case (int)GNUTLS_PK_RSA: return from_rsa(key, ret, p);
	case (int)GNUTLS_PK_ECDSA:
	case (int)GNUTLS_PK_EDDSA_ED25519: return from_ecc(key, ret, p);
	default:
		return problem_set(p, PROB_BAD_PUBLIC_KEY,
		                   "key is neither RSA nor on an elliptic curve that is supported");
	}
}

void jwk_free(struct jwk *jwk)
{
	if (!jwk)
		return;
	if (jwk->key)
		gnutls_pubkey_deinit(jwk->key);
	free(jwk->canonical);
	free(jwk);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "keys.h"
#include "pki/jwk.h"

/* RFC 7638 3.1 */
#define RFC7638_N                                                                                                      \
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3" \
	"oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA" \
	"ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-" \
	"kEgU8awapJzKnqDKgw"
#define RFC7638_KEY "{\"kty\":\"RSA\",\"n\":\"" RFC7638_N "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}"

/* RFC 8037 A.2, A.3 */
#define RFC8037_KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

/* RFC 7515 A.3.1 */
#define EC_X   "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y   "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC_KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}"

static void test_vectors(void **state UNUSED)
{
	static const struct {
		const char   *text, *thumbprint, *alg;
		enum jwk_kind kind;
	} vectors[] = {
		{ RFC7638_KEY, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "RS256", JWK_RSA },
		{ RFC8037_KEY, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "", JWK_ED25519 },
		{ EC_KEY, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", "", JWK_P256 },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jwk) struct jwk             *jwk = NULL;

		if (jwk_from_text(vectors[i].text, &jwk, &p) < 0)
			fail_msg("%s", p.detail);
		assert_string_equal(jwk->thumbprint, vectors[i].thumbprint);
		assert_string_equal(jwk->alg, vectors[i].alg);
		assert_int_equal(jwk->kind, vectors[i].kind);
	}
}

#define OKP(x)        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\"}"
#define EC(crv, x, y) "{\"kty\":\"EC\",\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y "\"}"
#define ZERO32        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* clang-format off */
static const struct {
	const char    *text;
	enum prob_code code;
	const char    *detail;
} refused[] = {
	{ "[]",                                            PROB_MALFORMED, "object" },
	{ "{}",                                            PROB_MALFORMED, "kty" },
	{ "{\"kty\":1}",                                   PROB_MALFORMED, "kty" },
	{ "{\"kty\":\"EC\"}",                              PROB_MALFORMED, "crv" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\"}",            PROB_MALFORMED, "no member x" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", PROB_MALFORMED, "no member y" },
	{ "{\"kty\":\"RSA\",\"e\":\"AQAB\"}",              PROB_MALFORMED, "no member n" },
	{ "{\"kty\":\"RSA\",\"n\":\"" RFC7638_N "\"}",     PROB_MALFORMED, "no member e" },
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}",         PROB_MALFORMED, "no member x" },
	{ "{\"kty\":\"oct\",\"k\":\"AAAA\"}",              PROB_MALFORMED, "secret" },
	{ "{\"kty\":\"oct\"}",                             PROB_MALFORMED, "symmetric" },
	{ "{\"d\":\"AA\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", PROB_MALFORMED, "secret" },
	{ "{\"p\":null,\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RFC7638_N "\"}", PROB_MALFORMED, "secret" },
	{ EC("P-256", EC_X "=", EC_Y),                     PROB_MALFORMED, "canonical" },
	{ EC("P-256", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV", EC_Y), PROB_MALFORMED, "canonical" }, /* stray bits */
	{ EC("P-256", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE+", EC_Y), PROB_MALFORMED, "canonical" },
	{ "{\"kty\":\"EX\"}",                              PROB_BAD_PUBLIC_KEY, "kty" },
	{ EC("P-192", EC_X, EC_Y),                         PROB_BAD_PUBLIC_KEY, "crv" },
	{ EC("secp256k1", EC_X, EC_Y),                     PROB_BAD_PUBLIC_KEY, "crv" },
	{ EC("Ed25519", EC_X, EC_Y),                       PROB_BAD_PUBLIC_KEY, "crv" },
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" EC_X "\"}", PROB_BAD_PUBLIC_KEY, "crv" },
	{ EC("P-256", EC_Y, EC_X),                         PROB_BAD_PUBLIC_KEY, "not a point" },
	{ EC("P-256", ZERO32, ZERO32),                     PROB_BAD_PUBLIC_KEY, "not a point" },
	{ EC("P-256", "AAAA" EC_X, EC_Y),                  PROB_BAD_PUBLIC_KEY, "exactly 32" },
	{ EC("P-256", "", EC_Y),                           PROB_BAD_PUBLIC_KEY, "exactly 32" },
	{ EC("P-384", EC_X, EC_Y),                         PROB_BAD_PUBLIC_KEY, "exactly 48" },
	{ EC("P-521", EC_X, EC_Y),                         PROB_BAD_PUBLIC_KEY, "exactly 66" },
	{ OKP("AAAA"),                                     PROB_BAD_PUBLIC_KEY, "exactly 32" },
	{ OKP(ZERO32),                                     PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("7P_______________________________________38"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o"), PROB_BAD_PUBLIC_KEY, "small order" },
	{ OKP("7v_______________________________________38"), PROB_BAD_PUBLIC_KEY, "canonical" },
	{ OKP("8P________________________________________8"), PROB_BAD_PUBLIC_KEY, "canonical" },
};
/* clang-format on */

static void test_refused(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jwk) struct jwk             *jwk = NULL;

		if (jwk_from_text(refused[i].text, &jwk, &p) == 0)
			fail_msg("%s is accepted", refused[i].text);
		if (p.code != refused[i].code || !strstr(p.detail, refused[i].detail))
			fail_msg("%s: %s: %s", refused[i].text, problem_name(p.code), p.detail);
		assert_null(jwk);
	}
}

/* A modulus is `len` octets: `first`, then 0x55, and last `last`. */
/* clang-format off */
static const struct {
	const char *what;
	size_t      len;
	uint8_t     first, last;
	const char *e, *detail;
} rsa_keys[] = {
	{ "no modulus",          0,    0,    0,    "AQAB", "empty" },
	{ "2040 bits",           255,  0xc1, 0x03, "AQAB", "fewer than 2048" },
	{ "2047 bits",           256,  0x41, 0x03, "AQAB", "fewer than 2048" },
	{ "2049 bits",           257,  0x01, 0x03, "AQAB", "multiple of 8" },
	{ "8200 bits",           1025, 0xc1, 0x03, "AQAB", "more than 8192" },
	{ "a leading zero",      257,  0x00, 0x03, "AQAB", "zero octet" },
	{ "an even modulus",     256,  0xc1, 0x02, "AQAB", "even" },
	{ "a small factor",      256,  0xc1, 0x03, "AQAB", "factor below 752" }, /* 3 */
	{ "exponent 0",          0,    0xff, 0,    "AA",   "zero octet" },
	{ "exponent 1",          0,    0xff, 0,    "AQ",   "exponent is 1" },
	{ "exponent 2",          0,    0xff, 0,    "Ag",   "even" },
	{ "an even exponent",    0,    0xff, 0,    "AQAA", "even" },
	{ "a leading zero in e", 0,    0xff, 0,    "AAEAAQ", "zero octet" },
	{ "no exponent",         0,    0xff, 0,    "",     "empty" },
	{ "e of 264 bits",       0,    0xff, 0,    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "256 bits" },
};
/* clang-format on */

static void test_rsa_refused(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(rsa_keys); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jwk) struct jwk             *jwk = NULL;
		auto_free char                    *n = NULL, *text = NULL;
		uint8_t                            bytes[1100];
		size_t                             len = rsa_keys[i].len;

		memset(bytes, 0x55, sizeof(bytes));
		bytes[0] = rsa_keys[i].first;
		if (len > 0)
			bytes[len - 1] = rsa_keys[i].last;
		n = len > 0 || rsa_keys[i].first == 0 ? b64u_encode_new(bytes, len) : xstrdup(RFC7638_N);
		text = xasprintf("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", n, rsa_keys[i].e);
		assert_true(jwk_from_text(text, &jwk, &p) < 0);
		if (p.code != PROB_BAD_PUBLIC_KEY || !strstr(p.detail, rsa_keys[i].detail))
			fail_msg("%s: %s: %s", rsa_keys[i].what, problem_name(p.code), p.detail);
	}
}

/* Key, its JWK, the canonical text of that: one thumbprint. */
static void check_round_trip(gnutls_privkey_t made, enum jwk_kind kind)
{
	auto_(gprivkey) gnutls_privkey_t   key = made;
	auto_(gpubkey) gnutls_pubkey_t     pub = key_public(key);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jwk) struct jwk             *jwk = NULL, *again = NULL;

	assert_int_equal(jwk_from_pubkey(pub, &jwk, &p), 0);
	assert_int_equal(jwk->kind, kind);
	assert_int_equal(jwk_from_text(jwk->canonical, &again, &p), 0);
	assert_int_equal(again->kind, kind);
	assert_string_equal(again->canonical, jwk->canonical);
	assert_string_equal(again->thumbprint, jwk->thumbprint);
}

static void test_round_trips(void **state UNUSED)
{
	check_round_trip(key_new(GNUTLS_PK_RSA, 2048), JWK_RSA);
	check_round_trip(key_new(GNUTLS_PK_RSA, 3072), JWK_RSA);
	/* Many, since one in 256 has a coordinate that starts with a zero octet; one in two for P-521. */
	for (size_t i = 0; i < 600; i++) {
		check_round_trip(key_new_ec(GNUTLS_ECC_CURVE_SECP256R1), JWK_P256);
		check_round_trip(key_new(GNUTLS_PK_EDDSA_ED25519, 0), JWK_ED25519);
	}
	for (size_t i = 0; i < 20; i++) {
		check_round_trip(key_new_ec(GNUTLS_ECC_CURVE_SECP384R1), JWK_P384);
		check_round_trip(key_new_ec(GNUTLS_ECC_CURVE_SECP521R1), JWK_P521);
	}
}

static void check_pubkey_refused(gnutls_privkey_t made)
{
	auto_(gprivkey) gnutls_privkey_t   key = made;
	auto_(gpubkey) gnutls_pubkey_t     pub = key_public(key);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jwk) struct jwk             *jwk = NULL;

	assert_int_equal(jwk_from_pubkey(pub, &jwk, &p), -PROB_BAD_PUBLIC_KEY);
	assert_null(jwk);
}

static void test_pubkeys_refused(void **state UNUSED)
{
	check_pubkey_refused(key_new(GNUTLS_PK_RSA, 1024));
	check_pubkey_refused(key_new(GNUTLS_PK_RSA_PSS, 2048));
	check_pubkey_refused(key_new(GNUTLS_PK_EDDSA_ED448, 0));
	check_pubkey_refused(key_new_ec(GNUTLS_ECC_CURVE_SECP224R1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),         cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rsa_refused),     cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_pubkeys_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

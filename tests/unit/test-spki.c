/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "keys.h"
#include "pki/der.h"
#include "pki/spki.h"

static char *type_names[] = { (char[]){ "rsa-2048" }, (char[]){ "rsa-3072" }, (char[]){ "p-256" }, (char[]){ "p-384" },
	                      (char[]){ "p-521" } };
static const struct conf_list all_types = { type_names, ARRAY_LEN(type_names) };

static const struct {
	gnutls_pk_algorithm_t pk;
	unsigned              bits;
	const char           *type, *detail; /* detail NULL: accepted */
} kinds[] = {
	{ GNUTLS_PK_RSA, 2048, "rsa-2048", NULL },
	{ GNUTLS_PK_RSA, 3072, "rsa-3072", NULL },
	{ GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), "p-256", NULL },
	{ GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), "p-384", NULL },
	{ GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1), "p-521", NULL },
	{ GNUTLS_PK_RSA, 2056, NULL, "rsa-2056" },
	{ GNUTLS_PK_RSA, 1024, NULL, "fewer than 2048" },
	{ GNUTLS_PK_RSA_PSS, 2048, NULL, "neither RSA" },
	{ GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP224R1), NULL, "unsupported curve" },
	{ GNUTLS_PK_EDDSA_ED25519, 0, NULL, "ed25519" },
	{ GNUTLS_PK_EDDSA_ED448, 0, NULL, "neither RSA" },
};

static void test_kinds(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		auto_(gprivkey) gnutls_privkey_t   key = key_new(kinds[i].pk, kinds[i].bits);
		auto_(gpubkey) gnutls_pubkey_t     pub = key_public(key);
		auto_clear(gdatum) gnutls_datum_t  der = { 0 };
		auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT;
		auto_(spki) struct spki           *a = NULL, *b = NULL;

		key_spki(key, &der);
		if (kinds[i].detail) {
			assert_int_equal(spki_from_der(der.data, der.size, &all_types, &a, &p), -PROB_BAD_CSR);
			if (!strstr(p.detail, kinds[i].detail))
				fail_msg("%s; expected: %s", p.detail, kinds[i].detail);
			assert_int_equal(spki_from_pubkey(pub, &all_types, &b, &q), -PROB_BAD_CSR);
			continue;
		}
		assert_int_equal(spki_from_der(der.data, der.size, &all_types, &a, &p), 0);
		assert_int_equal(spki_from_pubkey(pub, &all_types, &b, &q), 0);
		assert_string_equal(a->type, kinds[i].type);
		assert_string_equal(a->thumbprint, b->thumbprint);
		assert_int_equal(a->der_len, der.size);
		assert_memory_equal(a->der, der.data, der.size);
		assert_memory_equal(b->der, der.data, der.size);
	}
}

static void test_types(void **state UNUSED)
{
	auto_(gprivkey) gnutls_privkey_t   key = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	auto_clear(gdatum) gnutls_datum_t  der = { 0 };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct conf_list                   none = { NULL, 0 };
	struct spki                       *spki = NULL;

	key_spki(key, &der);
	assert_int_equal(spki_from_der(der.data, der.size, &none, &spki, &p), -PROB_BAD_CSR);
	assert_non_null(strstr(p.detail, "keys of type p-256 are not permitted"));
}

/* SubjectPublicKeyInfo of an RSA key of 2048 bits made of 0x55, as odd as a caller wants it. */
struct odd_rsa {
	const char *what, *detail;
	uint8_t     first, last, e;
	bool        negative, without_null;
};

static const struct odd_rsa odd_keys[] = {
	{ "an even modulus", "even", 0xc1, 0x02, 3, false, false },
	{ "a small factor", "factor below 752", 0xc1, 0x03, 3, false, false },
	{ "exponent 1", "exponent is 1", 0xff, 0x09, 1, false, false },
	{ "an even exponent", "exponent is even", 0xff, 0x09, 4, false, false },
	{ "a negative modulus", "canonical", 0xff, 0x09, 3, true, false },
	{ "no NULL", "canonical", 0xff, 0x09, 3, false, true },
};

static void put_odd_rsa(struct der_out *out, const struct odd_rsa *odd)
{
	uint8_t        n[256];
	const uint8_t *mark = out->pos, *number;

	memset(n, 0x55, sizeof(n));
	n[0] = odd->first;
	n[sizeof(n) - 1] = odd->last;
	der_put(out, DER_INTEGER, &odd->e, 1);
	number = out->pos;
	der_put_raw(out, n, sizeof(n));
	if (!odd->negative)
		der_put_raw(out, "\0", 1);
	der_wrap(out, number, DER_INTEGER);
	der_wrap(out, mark, DER_SEQUENCE);
	der_put_raw(out, "\0", 1);
	der_wrap(out, mark, DER_BIT_STRING);
	number = out->pos;
	if (!odd->without_null)
		der_put(out, DER_NULL, NULL, 0);
	der_put(out, DER_OID, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
	der_wrap(out, number, DER_SEQUENCE);
	der_wrap(out, mark, DER_SEQUENCE);
}

static void test_odd_rsa(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(odd_keys); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct spki                       *spki = NULL;
		uint8_t                            memory[512];
		struct der_out                     out;

		der_out_init(&out, memory, sizeof(memory));
		put_odd_rsa(&out, &odd_keys[i]);
		assert_false(out.failed);
		if (spki_from_der(out.pos, (size_t)(out.end - out.pos), &all_types, &spki, &p) == 0)
			fail_msg("%s is accepted", odd_keys[i].what);
		if (p.code != PROB_BAD_CSR || !strstr(p.detail, odd_keys[i].detail))
			fail_msg("%s: %s", odd_keys[i].what, p.detail);
	}
}

static void test_not_canonical(void **state UNUSED)
{
	auto_(gprivkey) gnutls_privkey_t  key = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	auto_clear(gdatum) gnutls_datum_t der = { 0 };
	uint8_t                           lax[256];
	size_t                            len;

	key_spki(key, &der);
	assert_int_equal(der.data[1], der.size - 2);
	/* the outer length in the long form; bytes behind; a point that is not on the curve; cut short */
	for (int variant = 0; variant < 4; variant++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct spki                       *spki = NULL;

		memcpy(lax, der.data, der.size);
		memset(lax + der.size, 0, 1);
		len = der.size + (variant == 0 || variant == 1) - (variant == 3);
		if (variant == 0) {
			memcpy(lax, (const uint8_t[]){ 0x30, 0x81, der.data[1] }, 3);
			memcpy(lax + 3, der.data + 2, der.size - 2);
		}
		if (variant == 2)
			lax[der.size - 1] ^= 1;
		assert_int_equal(spki_from_der(lax, len, &all_types, &spki, &p), -PROB_BAD_CSR);
	}
}

static void test_size(void **state UNUSED)
{
	static const uint8_t               big[SPKI_MAX + 1];
	auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT;
	struct spki                       *spki = NULL;

	assert_int_equal(spki_from_der(big, sizeof(big), &all_types, &spki, &p), -PROB_BAD_CSR);
	assert_non_null(strstr(p.detail, "exceeds"));
	assert_int_equal(spki_from_der(big, 0, &all_types, &spki, &q), -PROB_BAD_CSR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),         cmocka_unit_test(test_types), cmocka_unit_test(test_odd_rsa),
		cmocka_unit_test(test_not_canonical), cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

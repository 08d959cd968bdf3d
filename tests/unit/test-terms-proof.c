/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "acme/terms-proof.h"
#include "base/clk.h"

#define NOW   (INT64_C(1795294157) * CLK_SECOND)
#define TERMS "https://ca.test/terms/1"

static const uint8_t   key_a[NONCE_KEY_LEN] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const uint8_t   key_b[NONCE_KEY_LEN] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
static const struct id account = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };

static struct nonce_keys keys_of(int64_t id, const uint8_t key[NONCE_KEY_LEN])
{
	struct nonce_keys keys = { 0 };

	nonce_keys_add(&keys, id, NOW - CLK_DAY, key);
	return keys;
}

static void test_round_trip(void **state UNUSED)
{
	struct nonce_keys keys = keys_of(258, key_a);
	char              proof[TERMS_PROOF_LEN + 1], again[TERMS_PROOF_LEN + 1];

	assert_true(terms_proof_make(&keys, NOW, &account, TERMS, proof));
	assert_int_equal(strlen(proof), TERMS_PROOF_LEN);
	assert_memory_equal(proof, "02", 2);
	assert_true(terms_proof_is_good(&keys, &account, TERMS, proof));
	assert_true(terms_proof_make(&keys, NOW + CLK_HOUR, &account, TERMS, again));
	assert_string_equal(proof, again);
}

static void test_only_for_what_it_was_made(void **state UNUSED)
{
	struct nonce_keys keys = keys_of(1, key_a);
	char              proof[TERMS_PROOF_LEN + 1];

	assert_true(terms_proof_make(&keys, NOW, &account, TERMS, proof));
	assert_false(terms_proof_is_good(&keys, &other, TERMS, proof));
	assert_false(terms_proof_is_good(&keys, &account, TERMS "0", proof));
	assert_false(terms_proof_is_good(&keys, &account, "", proof));
}

static void test_every_digit_counts(void **state UNUSED)
{
	struct nonce_keys keys = keys_of(1, key_a);
	char              proof[TERMS_PROOF_LEN + 1];

	assert_true(terms_proof_make(&keys, NOW, &account, TERMS, proof));
	for (size_t i = 0; i < TERMS_PROOF_LEN; i++) {
		char was = proof[i];

		proof[i] = was == '0' ? '1' : '0';
		assert_false(terms_proof_is_good(&keys, &account, TERMS, proof));
		proof[i] = was;
	}
	proof[TERMS_PROOF_LEN - 2] = '\0';
	assert_false(terms_proof_is_good(&keys, &account, TERMS, proof));
	assert_false(terms_proof_is_good(&keys, &account, TERMS, ""));
	assert_false(terms_proof_is_good(&keys, &account, TERMS, "zz112233445566778899aabbccddeeff01"));
}

static void test_keys_come_and_go(void **state UNUSED)
{
	struct nonce_keys first = keys_of(1, key_a), both = first, second = keys_of(2, key_b),
			  reused = keys_of(257, key_b);
	char proof[TERMS_PROOF_LEN + 1];

	nonce_keys_add(&both, 2, NOW - CLK_HOUR, key_b);
	assert_true(terms_proof_make(&first, NOW, &account, TERMS, proof));
	assert_true(terms_proof_is_good(&both, &account, TERMS, proof));
	assert_false(terms_proof_is_good(&second, &account, TERMS, proof));
	assert_false(terms_proof_is_good(&reused, &account, TERMS, proof));
	assert_true(terms_proof_make(&both, NOW, &account, TERMS, proof));
	assert_true(terms_proof_is_good(&second, &account, TERMS, proof));
}

static void test_no_keys(void **state UNUSED)
{
	const struct nonce_keys none = { 0 };
	char                    proof[TERMS_PROOF_LEN + 1];

	assert_false(terms_proof_make(&none, NOW, &account, TERMS, proof));
	assert_false(terms_proof_is_good(&none, &account, TERMS, "00112233445566778899aabbccddeeff01"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_only_for_what_it_was_made),
		cmocka_unit_test(test_every_digit_counts),
		cmocka_unit_test(test_keys_come_and_go),
		cmocka_unit_test(test_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

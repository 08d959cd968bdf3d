/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "acme/nonce.h"
#include "base/clk.h"

#define NOW      (INT64_C(1795294157) * CLK_SECOND)
#define LIFETIME CLK_HOUR

static const uint8_t key_a[NONCE_KEY_LEN] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const uint8_t key_b[NONCE_KEY_LEN] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static void keys_of(struct nonce_keys *keys, int64_t id, const uint8_t key[NONCE_KEY_LEN])
{
	*keys = (struct nonce_keys){ 0 };
	nonce_keys_add(keys, id, NOW - CLK_DAY, key);
}

/* The code, and whether the key was unknown. */
static int check(const struct nonce_keys *keys, const char *text, int64_t now, struct nonce *ret, bool *ret_unknown)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const int                          r = nonce_check(keys, text, now, LIFETIME, ret, ret_unknown, &p);

	if (r == -PROB_BAD_NONCE)
		assert_string_equal(p.detail, "JWS has an invalid anti-replay nonce");
	return -r;
}

static void assert_check(const struct nonce_keys *keys, const char *text, int64_t now, int expected)
{
	struct nonce nonce;
	bool         unknown;

	assert_int_equal(check(keys, text, now, &nonce, &unknown), expected);
	assert_false(unknown);
}

static void test_round_trip(void **state UNUSED)
{
	struct nonce_keys keys;
	struct nonce      first, second;
	char              text[NONCE_LEN + 1];
	bool              unknown = true;

	keys_of(&keys, 600, key_a);
	assert_true(nonce_make(&keys, NOW + 999, text));
	assert_int_equal(strlen(text), NONCE_LEN);
	assert_int_equal(check(&keys, text, NOW, &first, &unknown), 0);
	assert_false(unknown);
	assert_int_equal(first.key_id, 600);
	assert_int_equal(id_time(&first.id), NOW);
	assert_true(nonce_make(&keys, NOW, text));
	assert_int_equal(check(&keys, text, NOW, &second, &unknown), 0);
	assert_memory_not_equal(&first.id, &second.id, sizeof(first.id));
}

static void test_no_key(void **state UNUSED)
{
	const struct nonce_keys keys = { 0 };
	char                    text[NONCE_LEN + 1];

	assert_false(nonce_make(&keys, NOW, text));
}

static void test_age(void **state UNUSED)
{
	struct nonce_keys keys;
	char              text[NONCE_LEN + 1];

	keys_of(&keys, 1, key_a);
	assert_true(nonce_make(&keys, NOW, text));
	assert_check(&keys, text, NOW + LIFETIME, 0);
	assert_check(&keys, text, NOW + LIFETIME + 1, PROB_BAD_NONCE);
	assert_check(&keys, text, NOW - CLK_MINUTE, 0);
	assert_check(&keys, text, NOW - CLK_MINUTE - 1, PROB_BAD_NONCE);
}

/* Every bit of every character counts, and there is no second way to write a nonce. */
static void test_tampering(void **state UNUSED)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct nonce_keys keys;
	struct nonce      nonce;
	char              text[NONCE_LEN + 1], changed[NONCE_LEN + 1];
	bool              unknown;

	keys_of(&keys, 1, key_a);
	assert_true(nonce_make(&keys, NOW, text));
	for (size_t i = 0; i < NONCE_LEN; i++) {
		for (const char *c = alphabet; *c; c++) {
			memcpy(changed, text, sizeof(text));
			changed[i] = *c;
			assert_int_equal(check(&keys, changed, NOW, &nonce, &unknown),
			                 *c == text[i] ? 0 : PROB_BAD_NONCE);
		}
	}
}

static void test_malformed(void **state UNUSED)
{
	struct nonce_keys keys;
	char              text[NONCE_LEN + 1], longer[NONCE_LEN + 3];

	keys_of(&keys, 1, key_a);
	assert_true(nonce_make(&keys, NOW, text));
	snprintf(longer, sizeof(longer), "%s=", text);
	assert_check(&keys, longer, NOW, PROB_MALFORMED);
	snprintf(longer, sizeof(longer), "%sA", text);
	assert_check(&keys, longer, NOW, PROB_BAD_NONCE);
	assert_check(&keys, "", NOW, PROB_MALFORMED);
	assert_check(&keys, "AA+A", NOW, PROB_MALFORMED);
	assert_check(&keys, "AA\xc3\xa4", NOW, PROB_MALFORMED);
	assert_check(&keys, "AAAA", NOW, PROB_BAD_NONCE);
	text[0] = '/';
	assert_check(&keys, text, NOW, PROB_MALFORMED);
	text[NONCE_LEN - 1] = '\0';
	assert_check(&keys, text + 1, NOW, PROB_BAD_NONCE);
}

static void test_keys(void **state UNUSED)
{
	struct nonce_keys keys, others;
	struct nonce      nonce;
	char              text[NONCE_LEN + 1];
	bool              unknown;

	keys_of(&keys, 1, key_a);
	assert_true(nonce_make(&keys, NOW, text));
	keys_of(&others, 2, key_a);
	assert_int_equal(check(&others, text, NOW, &nonce, &unknown), PROB_BAD_NONCE);
	assert_true(unknown);
	keys_of(&others, 1, key_b);
	assert_check(&others, text, NOW, PROB_BAD_NONCE);

	/* An id that ends in the same byte: the newest one is meant, whatever their order. */
	nonce_keys_add(&others, 257, NOW, key_a);
	assert_int_equal(check(&others, text, NOW, &nonce, &unknown), 0);
	assert_int_equal(nonce.key_id, 257);
	nonce_keys_add(&keys, 257, NOW + 1, key_b);
	assert_check(&keys, text, NOW, PROB_BAD_NONCE);

	/* The same id again takes the place of the old one. */
	nonce_keys_add(&keys, 257, NOW + 1, key_a);
	assert_int_equal(keys.n, 2);
	assert_check(&keys, text, NOW, 0);
}

static int64_t made_with(const struct nonce_keys *keys, int64_t now)
{
	struct nonce nonce = { 0 };
	char         text[NONCE_LEN + 1];
	bool         unknown;

	assert_true(nonce_make(keys, now, text));
	assert_int_equal(check(keys, text, now, &nonce, &unknown), 0);
	return nonce.key_id;
}

static void test_rotation(void **state UNUSED)
{
	struct nonce_keys keys = { 0 };

	nonce_keys_add(&keys, 3, NOW + 2 * CLK_HOUR, key_b);
	nonce_keys_add(&keys, 2, NOW + CLK_HOUR, key_a);
	nonce_keys_add(&keys, 1, NOW, key_b);
	assert_int_equal(made_with(&keys, NOW - 1), 1);
	assert_int_equal(made_with(&keys, NOW), 1);
	assert_int_equal(made_with(&keys, NOW + CLK_HOUR - 1), 1);
	assert_int_equal(made_with(&keys, NOW + CLK_HOUR), 2);
	assert_int_equal(made_with(&keys, NOW + CLK_DAY), 3);
}

static void test_many_keys(void **state UNUSED)
{
	struct nonce_keys keys = { 0 };

	for (int64_t id = 1; id <= NONCE_KEYS_MAX; id++)
		nonce_keys_add(&keys, id, NOW, key_a);
	nonce_keys_add(&keys, 0, NOW + 5, key_b);
	assert_int_equal(keys.n, NONCE_KEYS_MAX);
	assert_int_equal(made_with(&keys, NOW + 5), NONCE_KEYS_MAX);
	nonce_keys_add(&keys, 1000, NOW + 1, key_b);
	assert_int_equal(keys.n, NONCE_KEYS_MAX);
	assert_int_equal(keys.keys[0].id, 1000);
	assert_int_equal(made_with(&keys, NOW + 5), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_no_key),    cmocka_unit_test(test_age),
		cmocka_unit_test(test_tampering),  cmocka_unit_test(test_malformed), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_rotation),   cmocka_unit_test(test_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

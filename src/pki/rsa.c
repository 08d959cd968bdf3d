/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/rsa.h"

#include <stdbool.h>
#include <stdint.h>

#define MODULUS_MIN  (2048 / 8)
#define MODULUS_MAX  (8192 / 8)
#define EXPONENT_MAX (256 / 8)
#define FACTOR_END   752 /* baseline requirements 6.1.6 */

static const char modulus_excess[] = "RSA modulus has more than 8192 bits";
static const char exponent_excess[] = "RSA exponent has more than 256 bits";

static uint32_t mod_small(const gnutls_datum_t *n, uint32_t m)
{
	uint32_t rest = 0;

	for (unsigned i = 0; i < n->size; i++)
		rest = (rest << 8 | n->data[i]) % m;
	return rest;
}

/* Composite odd numbers are tried too: one of their factors has already answered for them. */
static bool has_small_factor(const gnutls_datum_t *n)
{
	for (uint32_t m = 3; m < FACTOR_END; m += 2) {
		if (mod_small(n, m) == 0)
			return true;
	}
	return false;
}

static bool is_odd(const gnutls_datum_t *n)
{
	return n->size > 0 && (n->data[n->size - 1] & 1);
}

static const char *modulus_flaw(const gnutls_datum_t *n)
{
	if (n->size == 0 || n->data[0] == 0)
		return "RSA modulus is empty or starts with a zero octet";
	if (n->size < MODULUS_MIN)
		return "RSA modulus has fewer than 2048 bits";
	if (n->size > MODULUS_MAX)
		return modulus_excess;
	if (!(n->data[0] & 0x80))
		return n->size == MODULUS_MIN ? "RSA modulus has fewer than 2048 bits"
		                              : "RSA modulus has a number of bits that is no multiple of 8";
	if (!is_odd(n))
		return "RSA modulus is even";
	return has_small_factor(n) ? "RSA modulus has a prime factor below 752" : NULL;
}

static const char *exponent_flaw(const gnutls_datum_t *e)
{
	if (e->size == 0 || e->data[0] == 0)
		return "RSA exponent is empty or starts with a zero octet";
	if (e->size > EXPONENT_MAX)
		return exponent_excess;
	if (!is_odd(e))
		return "RSA exponent is even";
	return e->size == 1 && e->data[0] < 3 ? "RSA exponent is 1" : NULL;
}

const char *rsa_flaw(const gnutls_datum_t *n, const gnutls_datum_t *e)
{
	const char *flaw = modulus_flaw(n);

	return flaw ? flaw : exponent_flaw(e);
}

const char *rsa_excess(const gnutls_datum_t *n, const gnutls_datum_t *e)
{
	if (n->size > MODULUS_MAX)
		return modulus_excess;
	return e->size > EXPONENT_MAX ? exponent_excess : NULL;
}

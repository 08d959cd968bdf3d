/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/account-label.h"

#include <stdint.h>
#include <string.h>

#include "pki/gnutls.h"

#define PART_LEN 10
#define BITS     5

_Static_assert(ACCOUNT_LABEL_LEN == 1 + PART_LEN * 8 / BITS, "base32 without padding, behind an underscore");

/* RFC 4648 6; PART_LEN octets are a whole number of characters. */
static void base32(const uint8_t part[PART_LEN], char *out)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned          bits = 0, n_bits = 0;

	for (size_t i = 0; i < PART_LEN; i++) {
		bits = bits << 8 | part[i];
		for (n_bits += 8; n_bits >= BITS; n_bits -= BITS)
			*out++ = alphabet[bits >> (n_bits - BITS) & 0x1f];
		bits &= 0xff;
	}
	*out = '\0';
}

int account_label(const char *account_uri, char *out, struct problem *p)
{
	uint8_t digest[SHA256_LEN];
	int     r = sha256(account_uri, strlen(account_uri), digest, p);

	if (r < 0)
		return r;
	out[0] = '_';
	base32(digest, out + 1);
	return 0;
}

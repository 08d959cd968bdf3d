/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/b64u.h"

#include "base/mem.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void b64u_encode(const void *p, size_t len, char *out)
{
	const uint8_t *b = p;
	uint32_t       bits = 0;
	unsigned       n_bits = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | b[i];
		for (n_bits += 8; n_bits >= 6; n_bits -= 6)
			*out++ = alphabet[bits >> (n_bits - 6) & 63];
	}
	if (n_bits)
		*out++ = alphabet[bits << (6 - n_bits) & 63];
	*out = '\0';
}

char *b64u_encode_new(const void *p, size_t len)
{
	char *text = xcalloc(B64U_LEN(len) + 1, 1);

	b64u_encode(p, len, text);
	return text;
}

static int char_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool b64u_decode(const char *text, size_t len, void *out, size_t size, size_t *ret_len)
{
	const size_t n = len / 4 * 3 + len % 4 * 3 / 4;
	uint8_t     *b = out;
	uint32_t     bits = 0;
	unsigned     n_bits = 0;

	if (len % 4 == 1 || n > size)
		return false;
	for (size_t i = 0; i < len; i++) {
		int v = char_value(text[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			*b++ = (uint8_t)(bits >> n_bits);
		}
	}
	/* RFC 4648 3.5: leftover bits that are set would give one value several texts. */
	if (bits & ((1u << n_bits) - 1))
		return false;
	*ret_len = n;
	return true;
}

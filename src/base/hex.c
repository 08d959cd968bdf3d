/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hex.h"

#include <stdint.h>

void hex_encode(const void *p, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t    *b = p;

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[b[i] >> 4];
		*out++ = digits[b[i] & 15];
	}
	*out = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(const char *text, size_t len, void *out, size_t out_len)
{
	uint8_t *b = out;

	if (len % 2 != 0 || len / 2 != out_len)
		return false;
	for (size_t i = 0; i < out_len; i++) {
		int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		b[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/arg.h"

#include <string.h>

#include "base/hex.h"

#define HEX_LEN (2 * sizeof(struct id))

/* 01:9a:… as openssl prints it, or the digits alone. */
static bool from_serial(const char *text, struct id *ret)
{
	char   digits[HEX_LEN];
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ':')
			continue;
		if (n == sizeof(digits))
			return false;
		digits[n++] = *text;
	}
	return n == sizeof(digits) && hex_decode(digits, n, ret->b, sizeof(ret->b));
}

int arg_id(const char *text, struct id *ret, struct problem *p)
{
	const char *slash = strrchr(text, '/');
	const char *last = slash ? slash + 1 : text;

	if (id_from_text(last, strlen(last), ret) || id_from_uuid(last, ret) || from_serial(last, ret))
		return 0;
	return problem_set(
		p, PROB_CONFIG,
		"%.100s is no id: expected the %d characters at the end of its URL, a UUID or a serial number in hex",
		last, ID_TEXT_LEN);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/excerpt.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static const char mark[] = "{token}";
static const char ellipsis[] = "...";

static char clean(char c)
{
	if (c == '"')
		return '\'';
	return c >= ' ' && c < 0x7f ? c : '?';
}

void excerpt(char *out, size_t size, const void *text, size_t len, const char *secret)
{
	size_t      secret_len = secret ? strlen(secret) : 0, n = 0, at = 0, room = size - sizeof(ellipsis);
	const char *s = text;

	assert(size > sizeof(mark) + sizeof(ellipsis));
	while (at < len && n < room) {
		bool hit = secret_len > 0 && len - at >= secret_len && memcmp(s + at, secret, secret_len) == 0;

		if (hit && n + sizeof(mark) - 1 > room)
			break;
		if (hit) {
			memcpy(out + n, mark, sizeof(mark) - 1);
			n += sizeof(mark) - 1;
			at += secret_len;
		} else {
			out[n++] = clean(s[at++]);
		}
	}
	memcpy(out + n, at < len ? ellipsis : "", at < len ? sizeof(ellipsis) : 1);
}

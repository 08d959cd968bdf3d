/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/accept.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define QUALITY_MAX 1000 /* RFC 9110 12.4.2: 0 to 1 with three decimals */
#define BLANKS      " \t"

struct text {
	const char *p;
	size_t      len;
};

/* The exacter range decides, whatever its quality. */
enum fit { FIT_NONE, FIT_ANY, FIT_FAMILY, FIT_EXACT };

static struct text trim(struct text t)
{
	while (t.len > 0 && strchr(BLANKS, t.p[0])) {
		t.p++;
		t.len--;
	}
	while (t.len > 0 && strchr(BLANKS, t.p[t.len - 1]))
		t.len--;
	return t;
}

/* Takes what comes before the next separator, trimmed. */
static bool take(struct text *in, char separator, struct text *ret)
{
	const char *end;

	if (in->len == 0)
		return false;
	end = memchr(in->p, separator, in->len);
	*ret = trim((struct text){ in->p, end ? (size_t)(end - in->p) : in->len });
	in->len = end ? in->len - (size_t)(end + 1 - in->p) : 0;
	in->p = end ? end + 1 : in->p;
	return true;
}

static bool equals(struct text t, const char *s, size_t len)
{
	return t.len == len && strncasecmp(t.p, s, len) == 0;
}

/* -1 when it is none. */
static int parse_quality(struct text t)
{
	int quality, digit = QUALITY_MAX / 10;

	if (t.len == 0 || t.len > 5 || (t.p[0] != '0' && t.p[0] != '1') || (t.len > 1 && t.p[1] != '.'))
		return -1;
	quality = (t.p[0] - '0') * QUALITY_MAX;
	for (size_t i = 2; i < t.len; i++, digit /= 10) {
		if (!isdigit((unsigned char)t.p[i]))
			return -1;
		quality += (t.p[i] - '0') * digit;
	}
	return quality <= QUALITY_MAX ? quality : -1;
}

/* What follows the range: the q among its parameters. */
static int quality_of(struct text parameters)
{
	struct text parameter;

	while (take(&parameters, ';', &parameter)) {
		if (parameter.len >= 2 && strncasecmp(parameter.p, "q=", 2) == 0)
			return parse_quality((struct text){ parameter.p + 2, parameter.len - 2 });
	}
	return QUALITY_MAX;
}

static enum fit fit_of(struct text range, const char *type)
{
	size_t family = strcspn(type, "/") + 1; /* with the slash */

	if (equals(range, "*/*", 3))
		return FIT_ANY;
	if (equals(range, type, strlen(type)))
		return FIT_EXACT;
	if (range.len == family + 1 && range.p[family] == '*' && strncasecmp(range.p, type, family) == 0)
		return FIT_FAMILY;
	return FIT_NONE;
}

static int quality_for(const char *field, const char *type)
{
	struct text in = { field, strlen(field) }, item, range;
	enum fit    best = FIT_NONE;
	int         quality = 0;

	while (take(&in, ',', &item)) {
		enum fit fit;
		int      q;

		if (!take(&item, ';', &range))
			continue;
		fit = fit_of(range, type);
		q = quality_of(item);
		if (fit > best && q >= 0) {
			best = fit;
			quality = q;
		}
	}
	return quality;
}

size_t accept_pick(const char *field, const char *const *types, size_t n_types)
{
	size_t picked = 0;
	int    best = 0;

	for (size_t i = 0; i < n_types; i++) {
		int quality = quality_for(field, types[i]);

		if (quality > best) {
			best = quality;
			picked = i;
		}
	}
	return picked;
}

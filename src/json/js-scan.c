/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recursive descent over RFC 8259's grammar that keeps nothing but the member names of the objects that are still
 * open.  json-c alone lets pass duplicate members, single quotes, NaN, raw control characters, lone surrogates
 * and integers out of range, and cuts names at U+0000.
 */
#include "json/js.h"

#include <string.h>

#include "base/mem.h"

struct name {
	size_t start, len; /* in scan.chars */
	size_t at;         /* in scan.text */
};

struct scan {
	const unsigned char    *text;
	size_t                  len, at;
	const struct js_limits *limits;
	struct problem         *p;
	char                   *chars; /* unescaped names; no longer than the text, for unescaping never lengthens */
	size_t                  n_chars;
	struct name            *names; /* of the open objects, the innermost last */
	size_t                  n_names, cap_names;
};

static int scan_value(struct scan *s, unsigned depth);

static int peek(const struct scan *s)
{
	return s->at < s->len ? s->text[s->at] : EOF;
}

static int fail(const struct scan *s, const char *expected)
{
	int c = peek(s);

	if (c == EOF)
		return problem_set(s->p, PROB_MALFORMED, "JSON ends at byte %zu, expected %s", s->at, expected);
	if (c > ' ' && c < 0x7f)
		return problem_set(s->p, PROB_MALFORMED, "JSON byte %zu is '%c', expected %s", s->at, c, expected);
	return problem_set(s->p, PROB_MALFORMED, "JSON byte %zu is 0x%02x, expected %s", s->at, (unsigned)c, expected);
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static void skip_blanks(struct scan *s)
{
	int c = peek(s);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		s->at++;
		c = peek(s);
	}
}

/* --- strings */

static void keep(struct scan *s, unsigned c)
{
	s->chars[s->n_chars++] = (char)c;
}

static void keep_utf8(struct scan *s, unsigned c)
{
	if (c < 0x80) {
		keep(s, c);
		return;
	}
	if (c < 0x800) {
		keep(s, 0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			keep(s, 0xe0 | c >> 12);
		} else {
			keep(s, 0xf0 | c >> 18);
			keep(s, 0x80 | (c >> 12 & 0x3f));
		}
		keep(s, 0x80 | (c >> 6 & 0x3f));
	}
	keep(s, 0x80 | (c & 0x3f));
}

static int scan_hex4(struct scan *s, unsigned *ret)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++, s->at++) {
		int c = peek(s);

		if (is_digit(c))
			value = value * 16 + (unsigned)(c - '0');
		else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
			value = value * 16 + (unsigned)((c | 0x20) - 'a' + 10);
		else
			return fail(s, "four hex digits");
	}
	*ret = value;
	return 0;
}

/* The part after \u. */
static int scan_unicode_escape(struct scan *s)
{
	const size_t start = s->at;
	unsigned     high = 0, low = 0;
	int          r;

	r = scan_hex4(s, &high);
	if (r < 0)
		return r;
	if (high == 0)
		return problem_set(s->p, PROB_MALFORMED, "JSON byte %zu escapes U+0000, which is not permitted", start);
	if (high < 0xd800 || high > 0xdfff) {
		keep_utf8(s, high);
		return 0;
	}
	if (high < 0xdc00 && peek(s) == '\\' && s->at + 1 < s->len && s->text[s->at + 1] == 'u') {
		s->at += 2;
		r = scan_hex4(s, &low);
		if (r < 0)
			return r;
		if (low >= 0xdc00 && low <= 0xdfff) {
			keep_utf8(s, 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff)));
			return 0;
		}
	}
	return problem_set(s->p, PROB_MALFORMED, "JSON byte %zu escapes a lone surrogate", start);
}

static int scan_escape(struct scan *s)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const int         c = peek(s);
	const char       *letter = c > 0 ? strchr(letters, c) : NULL;

	if (letter) {
		keep(s, (unsigned char)meanings[letter - letters]);
		s->at++;
		return 0;
	}
	if (c != 'u')
		return fail(s, "an escape letter");
	s->at++;
	return scan_unicode_escape(s);
}

/* RFC 3629 4: what may follow which lead byte; this excludes overlong forms, surrogates and all past U+10FFFF. */
static const struct utf8_range {
	unsigned char lead_min, lead_max, second_min, second_max, n_more;
} utf8_ranges[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 1 }, { 0xe0, 0xe0, 0xa0, 0xbf, 2 }, { 0xe1, 0xec, 0x80, 0xbf, 2 },
	{ 0xed, 0xed, 0x80, 0x9f, 2 }, { 0xee, 0xef, 0x80, 0xbf, 2 }, { 0xf0, 0xf0, 0x90, 0xbf, 3 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 3 }, { 0xf4, 0xf4, 0x80, 0x8f, 3 },
};

static int scan_utf8(struct scan *s)
{
	const struct utf8_range *range = NULL;
	const int                lead = peek(s);

	for (size_t i = 0; i < ARRAY_LEN(utf8_ranges) && !range; i++) {
		if (lead >= utf8_ranges[i].lead_min && lead <= utf8_ranges[i].lead_max)
			range = &utf8_ranges[i];
	}
	if (!range)
		return fail(s, "UTF-8");
	keep(s, (unsigned)lead);
	s->at++;
	for (int i = 0; i < range->n_more; i++, s->at++) {
		int c = peek(s);

		if (c < (i == 0 ? range->second_min : 0x80) || c > (i == 0 ? range->second_max : 0xbf))
			return fail(s, "UTF-8");
		keep(s, (unsigned)c);
	}
	return 0;
}

/* Leaves the unescaped text at the end of s->chars. */
static int scan_string(struct scan *s)
{
	int c, r = 0;

	s->at++;
	while ((c = peek(s)) != '"') {
		if (c < ' ')
			return fail(s, "a character or the end of the string");
		if (c == '\\') {
			s->at++;
			r = scan_escape(s);
		} else if (c >= 0x80) {
			r = scan_utf8(s);
		} else {
			keep(s, (unsigned)c);
			s->at++;
		}
		if (r < 0)
			return r;
	}
	s->at++;
	return 0;
}

/* --- numbers and literals */

static int scan_digits(struct scan *s)
{
	if (!is_digit(peek(s)))
		return fail(s, "a digit");
	while (is_digit(peek(s)))
		s->at++;
	return 0;
}

static bool fits_int64(const struct scan *s, size_t start)
{
	const bool     negative = s->text[start] == '-';
	const uint64_t max = (uint64_t)INT64_MAX + negative;
	uint64_t       value = 0;

	for (size_t i = start + negative; i < s->at; i++) {
		unsigned digit = s->text[i] - (unsigned)'0';

		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	return true;
}

static int scan_number(struct scan *s)
{
	const size_t start = s->at;
	bool         integer = true;
	int          r = 0;

	if (peek(s) == '-')
		s->at++;
	if (peek(s) == '0')
		s->at++;
	else
		r = scan_digits(s);
	if (r == 0 && peek(s) == '.') {
		integer = false;
		s->at++;
		r = scan_digits(s);
	}
	if (r == 0 && (peek(s) == 'e' || peek(s) == 'E')) {
		integer = false;
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		r = scan_digits(s);
	}
	if (r == 0 && integer && !fits_int64(s, start))
		return problem_set(s->p, PROB_MALFORMED, "JSON integer at byte %zu exceeds 64 bits", start);
	return r;
}

static int scan_literal(struct scan *s)
{
	static const char *const literals[] = { "true", "false", "null" };

	for (size_t i = 0; i < ARRAY_LEN(literals); i++) {
		size_t len = strlen(literals[i]);

		if (s->len - s->at >= len && memcmp(s->text + s->at, literals[i], len) == 0) {
			s->at += len;
			return 0;
		}
	}
	return fail(s, "a value");
}

/* --- objects and arrays */

/* After an element: a comma leads to the next one, `end` ends the list.  The count is of the elements so far. */
static int scan_separator(struct scan *s, char end, unsigned count, bool *ret_more)
{
	skip_blanks(s);
	if (peek(s) == end) {
		s->at++;
		*ret_more = false;
		return 0;
	}
	if (peek(s) != ',')
		return fail(s, end == '}' ? "',' or '}'" : "',' or ']'");
	if (count >= s->limits->max_members)
		return problem_set(s->p, PROB_MALFORMED, "JSON object or array at byte %zu has more than %u members",
		                   s->at, s->limits->max_members);
	s->at++;
	skip_blanks(s);
	*ret_more = true;
	return 0;
}

static int scan_name(struct scan *s)
{
	struct name name = { .start = s->n_chars, .at = s->at };
	int         r;

	if (peek(s) != '"')
		return fail(s, "a member name");
	r = scan_string(s);
	if (r < 0)
		return r;
	name.len = s->n_chars - name.start;
	if (s->n_names == s->cap_names) {
		s->cap_names = s->cap_names ? 2 * s->cap_names : 16;
		s->names = xrealloc(s->names, s->cap_names, sizeof(*s->names));
	}
	s->names[s->n_names++] = name;
	skip_blanks(s);
	if (peek(s) != ':')
		return fail(s, "':'");
	s->at++;
	skip_blanks(s);
	return 0;
}

static int compare_names(const void *a, const void *b, void *chars)
{
	const struct name *x = a, *y = b;
	const char        *base = chars;
	int                d;

	d = memcmp(base + x->start, base + y->start, x->len < y->len ? x->len : y->len);
	return d ? d : (x->len > y->len) - (x->len < y->len);
}

/* Names from index `first` on are those of the object that ends here: they must differ, and are forgotten. */
static int close_names(struct scan *s, size_t first)
{
	const size_t n = s->n_names - first;
	struct name *names;

	if (n == 0)
		return 0;
	names = s->names + first;
	/* Sorting keeps many long equal prefixes from costing quadratic time. */
	qsort_r(names, n, sizeof(*names), compare_names, s->chars);
	for (size_t i = 1; i < n; i++) {
		if (compare_names(&names[i - 1], &names[i], s->chars) == 0)
			return problem_set(s->p, PROB_MALFORMED, "JSON member names at bytes %zu and %zu are equal",
			                   names[i - 1].at, names[i].at);
	}
	s->n_names = first;
	return 0;
}

static int scan_object(struct scan *s, unsigned depth)
{
	const size_t first = s->n_names, n_chars = s->n_chars;
	bool         more;
	int          r;

	s->at++;
	skip_blanks(s);
	more = peek(s) != '}';
	if (!more)
		s->at++;
	for (unsigned count = 1; more; count++) {
		r = scan_name(s);
		if (r < 0)
			return r;
		r = scan_value(s, depth);
		if (r < 0)
			return r;
		r = scan_separator(s, '}', count, &more);
		if (r < 0)
			return r;
	}
	r = close_names(s, first);
	s->n_chars = n_chars;
	return r;
}

static int scan_array(struct scan *s, unsigned depth)
{
	bool more;
	int  r;

	s->at++;
	skip_blanks(s);
	more = peek(s) != ']';
	if (!more)
		s->at++;
	for (unsigned count = 1; more; count++) {
		r = scan_value(s, depth);
		if (r < 0)
			return r;
		r = scan_separator(s, ']', count, &more);
		if (r < 0)
			return r;
	}
	return 0;
}

/* depth: how many objects and arrays are open around the value. */
static int scan_value(struct scan *s, unsigned depth)
{
	const size_t n_chars = s->n_chars;
	const int    c = peek(s);
	int          r;

	if (c == '{' || c == '[') {
		if (depth >= s->limits->max_depth)
			return problem_set(s->p, PROB_MALFORMED, "JSON at byte %zu is nested deeper than %u", s->at,
			                   s->limits->max_depth);
		return c == '{' ? scan_object(s, depth + 1) : scan_array(s, depth + 1);
	}
	if (c == '"') {
		r = scan_string(s);
		s->n_chars = n_chars;
		return r;
	}
	return c == '-' || is_digit(c) ? scan_number(s) : scan_literal(s);
}

int js_scan(const char *text, size_t len, const struct js_limits *limits, struct problem *p)
{
	auto_free char        *chars = NULL;
	auto_free struct name *names = NULL;
	struct scan            s = { (const unsigned char *)text, len, 0, limits, p, NULL, 0, NULL, 0, 0 };
	int                    r;

	if (len > limits->max_bytes)
		return problem_set(p, PROB_MALFORMED, "JSON has %zu bytes, permitted are %zu", len, limits->max_bytes);
	s.chars = chars = xcalloc(len, 1);
	skip_blanks(&s);
	r = scan_value(&s, 0);
	names = s.names;
	if (r < 0)
		return r;
	skip_blanks(&s);
	return s.at == len ? 0 : fail(&s, "the end");
}

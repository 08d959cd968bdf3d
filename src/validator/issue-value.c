/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/issue-value.h"

#include <string.h>

#include "base/mem.h"

struct scan {
	const char *text;
	size_t      len, at;
};

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_in_word(char c)
{
	return is_letter_or_digit(c) || c == '-';
}

static bool is_in_value(char c)
{
	return c >= 0x21 && c <= 0x7e && c != ';';
}

static bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* How many of the characters that follow are of that kind. */
static size_t span(const struct scan *s, bool (*is)(char c))
{
	size_t n = 0;

	while (n < s->len - s->at && is(s->text[s->at + n]))
		n++;
	return n;
}

static void skip_wsp(struct scan *s)
{
	s->at += span(s, is_wsp);
}

static bool skip_char(struct scan *s, char c)
{
	if (s->at == s->len || s->text[s->at] != c)
		return false;
	s->at++;
	return true;
}

/* label and tag of the grammar are the same: letters and digits, hyphens between them. */
static bool skip_word(struct scan *s)
{
	const char *word = s->text + s->at;
	size_t      n = span(s, is_in_word);

	if (n == 0 || word[0] == '-' || word[n - 1] == '-')
		return false;
	s->at += n;
	return true;
}

static char *copy(const struct scan *s, size_t from)
{
	size_t len = s->at - from;
	char  *out = xcalloc(len + 1, 1);

	memcpy(out, s->text + from, len);
	return out;
}

static char *copy_lower(const struct scan *s, size_t from)
{
	char *out = copy(s, from);

	for (char *c = out; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	return out;
}

static int expected(const struct scan *s, const char *what, struct problem *p)
{
	return problem_set(p, PROB_MALFORMED, "issue-value of %zu bytes is malformed at byte %zu, expected %s", s->len,
	                   s->at + 1, what);
}

static int parse_domain(struct scan *s, struct issue_value *v, struct problem *p)
{
	size_t from = s->at;

	if (s->at < s->len && s->text[s->at] != ';') {
		do {
			if (!skip_word(s))
				return expected(s, "a label of the issuer's domain name", p);
		} while (skip_char(s, '.'));
	}
	v->domain = copy_lower(s, from);
	return 0;
}

static int parse_param(struct scan *s, struct issue_value *v, struct problem *p)
{
	struct issue_param *param = &v->params[v->n_params];
	size_t              from = s->at;

	if (v->n_params == ARRAY_LEN(v->params))
		return problem_set(p, PROB_MALFORMED, "issue-value with more than %zu parameters",
		                   ARRAY_LEN(v->params));
	if (!skip_word(s))
		return expected(s, "a parameter's tag", p);
	param->tag = copy_lower(s, from);
	v->n_params++;
	skip_wsp(s);
	if (!skip_char(s, '='))
		return expected(s, "an equals sign", p);
	skip_wsp(s);
	from = s->at;
	s->at += span(s, is_in_value);
	param->value = copy(s, from);
	skip_wsp(s);
	return 0;
}

/* One semicolon alone is fine, one after the last parameter is not. */
static int parse_params(struct scan *s, struct issue_value *v, struct problem *p)
{
	int r;

	skip_wsp(s);
	if (s->at == s->len)
		return 0;
	do {
		skip_wsp(s);
		r = parse_param(s, v, p);
	} while (r == 0 && skip_char(s, ';'));
	return r;
}

int issue_value_parse(const void *text, size_t len, struct issue_value *ret, struct problem *p)
{
	struct scan                                s = { .text = text, .len = len };
	auto_clear(issue_value) struct issue_value v = { .domain = NULL };
	int                                        r;

	if (len > ISSUE_VALUE_MAX)
		return problem_set(p, PROB_MALFORMED, "issue-value of %zu bytes, expected at most %d", len,
		                   ISSUE_VALUE_MAX);
	skip_wsp(&s);
	r = parse_domain(&s, &v, p);
	if (r < 0)
		return r;
	skip_wsp(&s);
	if (skip_char(&s, ';'))
		r = parse_params(&s, &v, p);
	if (r < 0)
		return r;
	if (s.at < len)
		return expected(&s, "a semicolon or the end", p);
	*ret = v;
	v = (struct issue_value){ .domain = NULL };
	return 0;
}

void issue_value_clear(struct issue_value *v)
{
	free(v->domain);
	for (size_t i = 0; i < v->n_params; i++) {
		free(v->params[i].tag);
		free(v->params[i].value);
	}
	*v = (struct issue_value){ .domain = NULL };
}

size_t issue_value_param(const struct issue_value *v, const char *tag, const char **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_params; i++)
		if (strcmp(v->params[i].tag, tag) == 0 && n++ == 0)
			*ret = v->params[i].value;
	return n;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/conf-scan.h"

#include <string.h>

#include "base/mem.h"

#define PLACES_MAX 10000
#define WORD_MAX   40 /* names of sections and settings, and titles */

enum token { T_END, T_WORD, T_OPEN, T_CLOSE, T_EQUALS, T_OTHER };

struct scan {
	const char         *path;
	char               *at; /* where the next token is looked for */
	int                 line;
	char               *start; /* the current token, without quotes */
	size_t              len;
	bool                quoted;
	struct conf_places *places;
	char               *free_word; /* end of what is used of places->words */
	const char         *section, *title;
	struct problem     *p;
};

static int refuse(const struct scan *s, const char *what)
{
	return problem_set(s->p, PROB_CONFIG, "%s:%d: %s", s->path, s->line, what);
}

/* --- tokens */

static void blank_line_comment(struct scan *s)
{
	while (*s->at && *s->at != '\n')
		*s->at++ = ' ';
}

static int blank_block_comment(struct scan *s)
{
	const char *end = strstr(s->at + 2, "*/");

	if (!end)
		return refuse(s, "found a comment without an end, expected */");
	for (end += 2; s->at < end; s->at++) {
		if (*s->at == '\n')
			s->line++;
		else
			*s->at = ' ';
	}
	return 0;
}

static int skip_blanks(struct scan *s)
{
	int r = 0;

	while (r == 0 && *s->at) {
		if (*s->at == '\n')
			s->line++;
		if (strchr(" \t\r\n", *s->at))
			s->at++;
		else if (*s->at == '#' || strncmp(s->at, "//", 2) == 0)
			blank_line_comment(s);
		else if (strncmp(s->at, "/*", 2) == 0)
			r = blank_block_comment(s);
		else
			break;
	}
	return r;
}

static int check_char(const struct scan *s, char c)
{
	if (c == '$')
		return refuse(s, "found $, which is not permitted");
	if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f)
		return refuse(s, "found a control character or a text without an end");
	return 0;
}

static int scan_quoted(struct scan *s)
{
	const char quote = *s->at++;
	int        r;

	s->quoted = true;
	for (s->start = s->at; *s->at != quote; s->at++) {
		if (*s->at == '\\')
			s->at++;
		r = check_char(s, *s->at);
		if (r < 0)
			return r;
	}
	s->len = (size_t)(s->at++ - s->start);
	return 0;
}

static int scan_word(struct scan *s)
{
	int r;

	s->quoted = false;
	for (s->start = s->at; *s->at && !strchr(" \t\r\n={}(),+#\"'", *s->at); s->at++) {
		r = check_char(s, *s->at);
		if (r < 0)
			return r;
	}
	s->len = (size_t)(s->at - s->start);
	return 0;
}

static int next_token(struct scan *s, enum token *ret)
{
	static const struct {
		char       c;
		enum token token;
	} signs[] = {
		{ '\0', T_END },  { '{', T_OPEN },  { '}', T_CLOSE }, { '=', T_EQUALS },
		{ ',', T_OTHER }, { '+', T_OTHER }, { '(', T_OTHER }, { ')', T_OTHER },
	};
	int r = skip_blanks(s);

	if (r < 0)
		return r;
	if (strncmp(s->at, "+=", 2) == 0)
		s->at++;
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (*s->at == signs[i].c) {
			*ret = signs[i].token;
			s->at += *s->at != '\0';
			return 0;
		}
	}
	*ret = T_WORD;
	return *s->at == '"' || *s->at == '\'' ? scan_quoted(s) : scan_word(s);
}

/* --- sections and settings */

static int keep_word(struct scan *s, const char **ret)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

	if (s->len == 0 || s->len > WORD_MAX || strspn(s->start, letters) < s->len)
		return refuse(
			s, "found a name or title that is not 1 to 40 letters, digits, hyphens, underscores or dots");
	*ret = s->free_word;
	memcpy(s->free_word, s->start, s->len);
	s->free_word += s->len + 1;
	return 0;
}

static int add_place(struct scan *s, const char *key)
{
	const struct conf_place *other = conf_place_find(s->places, s->section, s->title, key);

	if (other)
		return problem_set(s->p, PROB_CONFIG, "%s:%d: %s is already set on line %d", s->path, s->line,
		                   key ? key : s->section, other->line);
	if (s->places->n == PLACES_MAX)
		return refuse(s, "found more settings than there can be");
	s->places->places = xrealloc(s->places->places, s->places->n + 1, sizeof(*s->places->places));
	s->places->places[s->places->n++] = (struct conf_place){ s->section, s->title, key, s->line, false };
	return 0;
}

/* After "key =": one word, or a list in braces. */
static int skip_value(struct scan *s)
{
	enum token token;
	int        r = next_token(s, &token);

	if (r < 0 || token == T_WORD)
		return r;
	if (token != T_OPEN)
		return refuse(s, "found no value after =");
	s->places->places[s->places->n - 1].list = true;
	while (token != T_CLOSE) {
		r = next_token(s, &token);
		if (r < 0)
			return r;
		if (token == T_END || token == T_EQUALS || token == T_OPEN)
			return refuse(s, "found a list without an end, expected }");
	}
	return 0;
}

static int open_section(struct scan *s, const char *name, const char *title)
{
	if (s->section)
		return refuse(s, "found a section within a section, expected }");
	s->section = name;
	s->title = title;
	return add_place(s, NULL);
}

static int close_section(struct scan *s)
{
	if (!s->section)
		return refuse(s, "found } without {");
	s->section = s->title = NULL;
	return 0;
}

/* What follows a name: "= value", "{" or "title {". */
static int scan_after_name(struct scan *s)
{
	const char *name, *title = NULL;
	enum token  token;
	int         r;

	if (s->quoted)
		return refuse(s, "found a quoted text, expected the name of a setting or section");
	r = keep_word(s, &name);
	if (r == 0)
		r = next_token(s, &token);
	if (r == 0 && token == T_EQUALS) {
		r = add_place(s, name);
		return r < 0 ? r : skip_value(s);
	}
	if (r == 0 && token == T_WORD) {
		r = keep_word(s, &title);
		if (r == 0)
			r = next_token(s, &token);
	}
	if (r < 0)
		return r;
	if (token != T_OPEN)
		return problem_set(s->p, PROB_CONFIG, "%s:%d: found %s without = or {", s->path, s->line, name);
	return open_section(s, name, title);
}

static int scan_all(struct scan *s)
{
	enum token token;
	int        r = next_token(s, &token);

	while (r == 0 && token != T_END) {
		if (token == T_WORD)
			r = scan_after_name(s);
		else if (token == T_CLOSE)
			r = close_section(s);
		else
			r = refuse(s, "expected the name of a setting or section");
		if (r == 0)
			r = next_token(s, &token);
	}
	if (r == 0 && s->section)
		r = refuse(s, "found a section without an end, expected }");
	return r;
}

int conf_scan(const char *path, char *text, struct conf_places *ret, struct problem *p)
{
	auto_clear(conf_places) struct conf_places places = { 0 };
	struct scan s = { .path = path, .at = text, .line = 1, .places = &places, .p = p };
	int         r;

	/* Every word is followed by a sign or a blank in the text: there is room for the NULs. */
	places.words = s.free_word = xcalloc(strlen(text) + 2, 1);
	r = scan_all(&s);
	if (r < 0)
		return r;
	*ret = places;
	places = (struct conf_places){ 0 };
	return 0;
}

void conf_places_clear(struct conf_places *places)
{
	free(places->places);
	free(places->words);
	*places = (struct conf_places){ 0 };
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct conf_place *conf_place_find(const struct conf_places *places, const char *section, const char *title,
                                         const char *key)
{
	for (size_t i = 0; i < places->n; i++) {
		const struct conf_place *place = &places->places[i];

		if (same(place->section, section) && same(place->title, title) && same(place->key, key))
			return place;
	}
	return NULL;
}

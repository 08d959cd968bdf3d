/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/conf-table.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/clk.h"
#include "base/conf.h"
#include "base/mem.h"

/* What is stored at a row's offset is lost to gcc 12's analyzer. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* clang-format off */
#define ROW_TEXT(s, member, key, min, max, def, unit, doc) \
	{ CONF_T_TEXT, offsetof(s, member), key, min, max, NULL, NULL, def, unit, doc },
#define ROW_LIST(s, member, key, min, max, def, unit, doc) \
	{ CONF_T_LIST, offsetof(s, member), key, min, max, NULL, NULL, def, unit, doc },
#define ROW_INT(s, member, key, min, max, def, unit, doc) \
	{ CONF_T_INT, offsetof(s, member), key, 0, 0, min, max, def, unit, doc },
#define ROW_TIME(s, member, key, min, max, def, unit, doc) \
	{ CONF_T_TIME, offsetof(s, member), key, 0, 0, min, max, def, unit, doc },
#define ROW_BOOL(s, member, key, min, max, def, unit, doc) \
	{ CONF_T_BOOL, offsetof(s, member), key, 0, 0, NULL, NULL, def, unit, doc },

static const struct conf_row global_rows[] = {
#define CONF_GLOBAL(type, ...) ROW_##type(struct conf, __VA_ARGS__)
#include "base/conf.def"
};
static const struct conf_row responder_rows[] = {
#define CONF_RESPONDER(type, ...) ROW_##type(struct conf_responder, __VA_ARGS__)
#include "base/conf.def"
};
static const struct conf_row validator_rows[] = {
#define CONF_VALIDATOR(type, ...) ROW_##type(struct conf_validator, __VA_ARGS__)
#include "base/conf.def"
};
static const struct conf_row signer_rows[] = {
#define CONF_SIGNER(type, ...) ROW_##type(struct conf_signer, __VA_ARGS__)
#include "base/conf.def"
};
static const struct conf_row issuer_rows[] = {
#define CONF_ISSUER(type, ...) ROW_##type(struct conf_issuer, __VA_ARGS__)
#include "base/conf.def"
};
static const struct conf_row profile_rows[] = {
#define CONF_PROFILE(type, ...) ROW_##type(struct conf_profile, __VA_ARGS__)
#include "base/conf.def"
};

const struct conf_section conf_sections[CONF_N_SECTIONS] = {
	[CONF_S_GLOBAL]    = { NULL,        false, global_rows,    ARRAY_LEN(global_rows) },
	[CONF_S_RESPONDER] = { "responder", false, responder_rows, ARRAY_LEN(responder_rows) },
	[CONF_S_VALIDATOR] = { "validator", false, validator_rows, ARRAY_LEN(validator_rows) },
	[CONF_S_SIGNER]    = { "signer",    false, signer_rows,    ARRAY_LEN(signer_rows) },
	[CONF_S_ISSUER]    = { "issuer",    true,  issuer_rows,    ARRAY_LEN(issuer_rows) },
	[CONF_S_PROFILE]   = { "profile",   true,  profile_rows,   ARRAY_LEN(profile_rows) },
};
/* clang-format on */

const struct conf_section *conf_section_find(const char *name)
{
	if (!name)
		return &conf_sections[CONF_S_GLOBAL];
	for (size_t i = CONF_S_GLOBAL + 1; i < CONF_N_SECTIONS; i++) {
		if (strcmp(conf_sections[i].name, name) == 0)
			return &conf_sections[i];
	}
	return NULL;
}

const struct conf_row *conf_row_find(const struct conf_section *s, const char *key)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		if (strcmp(s->rows[i].key, key) == 0)
			return &s->rows[i];
	}
	return NULL;
}

static bool parse_int(const char *text, int64_t *ret)
{
	char     *end = NULL;
	long long n;

	if (!strchr("-0123456789", *text))
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end || errno)
		return false;
	*ret = n;
	return true;
}

static char *set_text(const struct conf_row *row, const char *const *texts, size_t n UNUSED, void *dst)
{
	const size_t len = strlen(texts[0]);

	if (len < row->len_min || len > row->len_max)
		return xasprintf("has %zu characters, permitted are %zu to %zu", len, row->len_min, row->len_max);
	*(char **)dst = xstrdup(texts[0]);
	return NULL;
}

/* INT and TIME differ only in how a number is written. */
static char *set_number(const struct conf_row *row, const char *const *texts, size_t n_texts UNUSED, void *dst)
{
	bool (*const parse)(const char *, int64_t *) = row->type == CONF_T_INT ? parse_int : clk_from_duration;
	int64_t n, min, max;
	bool    range_ok = parse(row->min, &min) && parse(row->max, &max);

	assert(range_ok);
	if (!parse(texts[0], &n) || n < min || n > max)
		return xasprintf("is '%s', permitted are %s to %s%s%s%s", texts[0], row->min, row->max,
		                 row->unit ? " " : "", row->unit ? row->unit : "",
		                 row->type == CONF_T_TIME ? " (a whole number and ms, s, min, h or d)" : "");
	*(int64_t *)dst = n;
	return NULL;
}

static char *set_bool(const struct conf_row *row UNUSED, const char *const *texts, size_t n UNUSED, void *dst)
{
	const bool yes = strcmp(texts[0], "yes") == 0;

	if (!yes && strcmp(texts[0], "no") != 0)
		return xasprintf("is '%s', permitted are yes and no", texts[0]);
	*(bool *)dst = yes;
	return NULL;
}

static char *set_list(const struct conf_row *row, const char *const *texts, size_t n, void *dst)
{
	struct conf_list *list = dst;

	if (n < row->len_min || n > row->len_max)
		return xasprintf("has %zu items, permitted are %zu to %zu", n, row->len_min, row->len_max);
	for (size_t i = 0; i < n; i++) {
		if (*texts[i] == '\0')
			return xasprintf("has an empty item");
	}
	*list = (struct conf_list){ xcalloc(n, sizeof(*list->items)), n };
	for (size_t i = 0; i < n; i++)
		list->items[i] = xstrdup(texts[i]);
	return NULL;
}

static char *(*const setters[])(const struct conf_row *, const char *const *, size_t, void *) = {
	[CONF_T_TEXT] = set_text,   [CONF_T_LIST] = set_list, [CONF_T_INT] = set_number,
	[CONF_T_TIME] = set_number, [CONF_T_BOOL] = set_bool,
};

char *conf_row_set(const struct conf_row *row, const char *const *texts, size_t n, void *base)
{
	if (row->type != CONF_T_LIST && n != 1)
		return xasprintf("has %zu values, permitted is one", n);
	return setters[row->type](row, texts, n, (char *)base + row->offset);
}

void conf_row_set_default(const struct conf_row *row, void *base)
{
	auto_free char *copy = xstrdup(row->def ? row->def : ""), *error = NULL;
	const char     *items[16];
	size_t          n = 0;
	char           *rest = NULL;

	if (!row->def)
		return;
	if (row->type == CONF_T_LIST) {
		for (char *item = strtok_r(copy, " ", &rest); item; item = strtok_r(NULL, " ", &rest)) {
			assert(n < ARRAY_LEN(items));
			items[n++] = item;
		}
	} else {
		items[n++] = copy;
	}
	error = conf_row_set(row, items, n, base);
	assert(!error);
}

bool conf_row_is_required(const struct conf_row *row)
{
	return row->type == CONF_T_TEXT && row->len_min > 0 && !row->def;
}

void conf_rows_free(const struct conf_section *s, void *base)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		void *member = (char *)base + s->rows[i].offset;

		if (s->rows[i].type == CONF_T_TEXT)
			free(*(char **)member);
		if (s->rows[i].type == CONF_T_LIST) {
			struct conf_list *list = member;

			for (size_t k = 0; k < list->n; k++)
				free(list->items[k]);
			free(list->items);
		}
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/call.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define STATEMENT_MAX 1000

static const struct call calls[DB_N_CALLS] = {
#define CALL(schema_, name_, params_, columns_, flags_) \
	[DB_##schema_##_##name_] = { DB_##schema_, #schema_ "." #name_, params_, columns_, flags_ },
#include "db/calls.def"
#undef CALL
};

/* Object ids of built-in types never change (pg_type.dat). */
static const struct {
	const char *name;
	Oid         oid;
} types[] = {
	{ "bool", 16 },
	{ "bytea", 17 },
	{ "int8", 20 },
	{ "int4", 23 },
	{ "text", 25 },
	{ "int4[]", 1007 },
	{ "bytea[]", 1001 },
	{ "timestamptz", 1184 },
	{ "uuid", 2950 },
	{ "uuid[]", 2951 },
	{ "timestamptz[]", 1185 },
	{ "jsonb", 3802 },
};

struct word {
	const char *at;
	size_t      len;
};

static bool next_word(const char **at, struct word *ret)
{
	*at += strspn(*at, " ");
	*ret = (struct word){ *at, strcspn(*at, " ") };
	*at += ret->len;
	return ret->len > 0;
}

static size_t count_words(const char *list)
{
	struct word w;
	size_t      n = 0;

	while (next_word(&list, &w))
		n++;
	return n;
}

static bool is_type(const char *name, size_t len, Oid oid)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strlen(types[i].name) == len && memcmp(types[i].name, name, len) == 0)
			return types[i].oid == oid;
	}
	return false;
}

const char *call_type_name(Oid type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].oid == type)
			return types[i].name;
	}
	return "unknown";
}

const struct call *call_get(enum db_call_id id)
{
	assert(id < DB_N_CALLS);
	return &calls[id];
}

size_t call_n_params(const struct call *c)
{
	return count_words(c->params);
}

char *call_function(const struct call *c)
{
	char *name = xstrdup(c->title);

	for (char *s = name; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	return name;
}

char *call_statement(const struct call *c)
{
	auto_free char *function = call_function(c);
	struct buf      b = BUF_INIT(STATEMENT_MAX);
	const char     *at = c->params;
	struct word     type;

	buf_addf(&b, "select * from %s(", function);
	for (int n = 1; next_word(&at, &type); n++)
		buf_addf(&b, "%s$%d::%.*s", n > 1 ? "," : "", n, (int)type.len, type.at);
	buf_addc(&b, ')');
	assert(!b.failed);
	return buf_steal(&b);
}

static bool is_column(const struct word *w, const PGresult *described, int column)
{
	const char *name = PQfname(described, column);
	size_t      len = strlen(name);

	return w->len > len + 1 && memcmp(w->at, name, len) == 0 && w->at[len] == ':' &&
	       is_type(w->at + len + 1, w->len - len - 1, PQftype(described, column));
}

int call_check_columns(const struct call *c, const PGresult *described, struct problem *p)
{
	const size_t n = count_words(c->columns);
	const char  *at = c->columns;
	struct word  w;

	if ((size_t)PQnfields(described) != n)
		return problem_set(p, PROB_CONFIG, "%s returns %d columns, expected %zu", c->title,
		                   PQnfields(described), n);
	for (int i = 0; next_word(&at, &w); i++) {
		if (!is_column(&w, described, i))
			return problem_set(p, PROB_CONFIG, "%s: column %d is %s:%s, expected %.*s", c->title, i + 1,
			                   PQfname(described, i), call_type_name(PQftype(described, i)), (int)w.len,
			                   w.at);
	}
	return 0;
}

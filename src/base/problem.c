/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"

static const struct {
	const char *name, *urn;
	int         status;
} table[PROB_N_CODES] = {
#define PROBLEM(code, name_, urn_, status_) [PROB_##code] = { name_, "urn:ietf:params:acme:error:" urn_, status_ },
#include "base/problem.def"
#undef PROBLEM
};

/* Cuts an incomplete UTF-8 character that the size limit left at the end. */
static void trim_partial_char(char *text)
{
	size_t   len = strlen(text), at = len;
	unsigned lead, need;

	while (at > 0 && len - at < 3 && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0)
		return;
	lead = (unsigned char)text[at - 1];
	need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (len - (at - 1) < need)
		text[at - 1] = '\0';
}

/* Details quote what peers sent: keep them one line, and free of " (acme.sh cuts there). */
static void make_one_line(char *text)
{
	for (; *text; text++) {
		if (*text == '"')
			*text = '\'';
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

/* Behind the `used` bytes that are there. */
static void PRINTF_LIKE(3, 0) format(char out[PROBLEM_DETAIL_MAX], size_t used, const char *fmt, va_list ap)
{
	const size_t room = PROBLEM_DETAIL_MAX - used;
	const int    n = vsnprintf(out + used, room, fmt, ap);

	if (n >= 0 && (size_t)n >= room)
		trim_partial_char(out);
	make_one_line(out + used);
}

int problem_set_at(const char *file, int line, struct problem *p, enum prob_code code, const char *fmt, ...)
{
	va_list ap;

	assert(p->code == PROB_NONE);
	assert(code > PROB_NONE && code < PROB_N_CODES);
	p->code = code;
	p->file = file;
	p->line = line;
	va_start(ap, fmt);
	format(p->detail, 0, fmt, ap);
	va_end(ap);
	return -(int)code;
}

int problem_append(struct problem *p, const char *fmt, ...)
{
	va_list ap;

	assert(p->code != PROB_NONE);
	va_start(ap, fmt);
	format(p->detail, strlen(p->detail), fmt, ap);
	va_end(ap);
	return -(int)p->code;
}

int problem_cause(struct problem *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(p->cause, 0, fmt, ap);
	va_end(ap);
	return -(int)p->code;
}

void problem_sub(struct problem *p, const char *ident_type, const char *ident_value)
{
	struct subproblem *sub;

	assert(p->code != PROB_NONE);
	if (p->n_subs < PROBLEM_SUBS_MAX) {
		p->subs = xrealloc(p->subs, p->n_subs + 1, sizeof(*p->subs));
		sub = &p->subs[p->n_subs++];
		sub->code = p->code;
		memcpy(sub->detail, p->detail, sizeof(sub->detail));
		snprintf(sub->ident_type, sizeof(sub->ident_type), "%s", ident_type);
		snprintf(sub->ident_value, sizeof(sub->ident_value), "%s", ident_value);
		trim_partial_char(sub->ident_type);
		trim_partial_char(sub->ident_value);
	}
	p->code = PROB_NONE;
	p->detail[0] = '\0';
	p->cause[0] = '\0';
}

void problem_clear(struct problem *p)
{
	free(p->subs);
	*p = PROBLEM_INIT;
}

void problem_move(struct problem *to, struct problem *from)
{
	assert(to->code == PROB_NONE && to->n_subs == 0);
	*to = *from;
	*from = PROBLEM_INIT;
}

const char *problem_name(enum prob_code code)
{
	assert(code > PROB_NONE && code < PROB_N_CODES);
	return table[code].name;
}

const char *problem_urn(enum prob_code code)
{
	assert(code > PROB_NONE && code < PROB_N_CODES);
	return table[code].urn;
}

int problem_status(enum prob_code code)
{
	assert(code > PROB_NONE && code < PROB_N_CODES);
	return table[code].status;
}

int problem_http(const struct problem *p)
{
	return p->status ? p->status : problem_status(p->code);
}

enum prob_code problem_by_name(const char *name)
{
	for (int code = PROB_NONE + 1; code < PROB_N_CODES; code++) {
		if (strcmp(table[code].name, name) == 0)
			return (enum prob_code)code;
	}
	return PROB_NONE;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings as mdoc for chert.conf(5). */
#include "base/conf.h"

#include <string.h>

#include "base/conf-table.h"

#define COLUMNS 78 /* mandoc -Tlint wants source lines below 80 */

struct lines {
	FILE  *out;
	size_t column;
};

static void end_line(struct lines *l)
{
	if (l->column)
		fputc('\n', l->out);
	l->column = 0;
}

/* A word may not start a line as a roff request. */
static void add_word(struct lines *l, const char *word, size_t len)
{
	if (l->column && l->column + 1 + len > COLUMNS)
		end_line(l);
	if (l->column) {
		fputc(' ', l->out);
		l->column++;
	} else if (*word == '.' || *word == '\'') {
		fputs("\\&", l->out);
		l->column = 2;
	}
	fwrite(word, 1, len, l->out);
	l->column += len;
}

static void add_text(struct lines *l, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, " ");

		add_word(l, text, len);
		text += len + (text[len] == ' ');
	}
}

static void add_lengths(struct lines *l, const struct conf_row *row)
{
	const char *what = row->type == CONF_T_LIST ? "items" : "characters";
	char        text[100];

	if (row->len_min > 0)
		snprintf(text, sizeof(text), "A %s of %zu to %zu %s", row->type == CONF_T_LIST ? "list" : "text",
		         row->len_min, row->len_max, what);
	else
		snprintf(text, sizeof(text), "A %s of at most %zu %s", row->type == CONF_T_LIST ? "list" : "text",
		         row->len_max, what);
	add_text(l, text);
}

static void add_range(struct lines *l, const struct conf_row *row)
{
	char text[200];

	if (row->type == CONF_T_TEXT || row->type == CONF_T_LIST) {
		add_lengths(l, row);
		return;
	}
	if (row->type == CONF_T_BOOL)
		snprintf(text, sizeof(text), "Either yes or no");
	else
		snprintf(text, sizeof(text), "%s from %s to %s%s%s", row->type == CONF_T_INT ? "A number" : "A time",
		         row->min, row->max, row->unit ? " " : "", row->unit ? row->unit : "");
	add_text(l, text);
}

static void add_default(struct lines *l, const struct conf_row *row)
{
	if (row->def && *row->def) {
		add_text(l, "(default");
		add_text(l, row->def);
	} else {
		add_text(l, row->def ? "(default empty" : conf_row_is_required(row) ? "(required" : "(no default");
	}
	/* Closes the last word, whatever it was. */
	fputs(").", l->out);
	l->column += 2;
}

static void print_row(struct lines *l, const struct conf_row *row)
{
	fprintf(l->out, ".It Cm %s\n", row->key);
	add_text(l, row->doc);
	fputc('.', l->out);
	l->column++;
	end_line(l);
	add_range(l, row);
	add_default(l, row);
	end_line(l);
}

void conf_print_mdoc(FILE *out)
{
	struct lines l = { out, 0 };

	for (size_t i = 0; i < CONF_N_SECTIONS; i++) {
		const struct conf_section *s = &conf_sections[i];

		if (s->name)
			fprintf(out, ".Ss Section %s%s\n", s->name, s->titled ? " NAME" : "");
		else
			fputs(".Ss Outside of sections\n", out);
		fputs(".Bl -tag -width Ds\n", out);
		for (size_t k = 0; k < s->n_rows; k++)
			print_row(&l, &s->rows[k]);
		fputs(".El\n", out);
	}
}

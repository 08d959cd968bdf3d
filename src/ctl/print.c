/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/print.h"

#include <json-c/json.h>
#include <string.h>

#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"
#include "json/js.h"
#include "pki/crt.h"

#define CELL_MAX (1 << 20)
#define GAP      2 /* blanks between columns */

/* --- one value */

struct cell {
	const struct db_rows *rows;
	size_t                row;
	const char           *column;
};

struct type {
	const char *name;
	void (*add_text)(struct buf *out, const struct cell *c);
	struct json_object *(*to_json)(const struct cell *c);
};

static void add_plain(struct buf *out, const struct cell *c)
{
	buf_adds(out, row_text(c->rows, c->row, c->column));
}

static void add_id(struct buf *out, const struct cell *c)
{
	char      text[ID_TEXT_LEN + 1] = "";
	struct id id;

	if (row_id(c->rows, c->row, c->column, &id))
		id_to_text(&id, text);
	buf_adds(out, text);
}

static void add_time(struct buf *out, const struct cell *c)
{
	char text[CLK_RFC3339_LEN + 1];

	clk_to_rfc3339(row_time(c->rows, c->row, c->column), text);
	buf_adds(out, text);
}

static void add_bool(struct buf *out, const struct cell *c)
{
	buf_adds(out, row_bool(c->rows, c->row, c->column) ? "yes" : "no");
}

static void add_pem(struct buf *out, const struct cell *c)
{
	size_t          len = 0;
	auto_free void *der = row_bytes(c->rows, c->row, c->column, &len);

	if (der)
		crt_add_pem(out, der, len);
}

static bool is_list_of_texts(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
			return false;
	}
	return true;
}

/* Lists of names as people write them. */
static void add_list(struct buf *out, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		buf_adds(out, i > 0 ? ", " : "");
		buf_adds(out, json_object_get_string(json_object_array_get_idx(list, i)));
	}
}

static struct json_object *parsed(const struct cell *c)
{
	return json_tokener_parse(row_text(c->rows, c->row, c->column));
}

static void add_jsonb(struct buf *out, const struct cell *c)
{
	auto_(json) struct json_object *value = parsed(c);

	if (is_list_of_texts(value))
		add_list(out, value);
	else
		buf_adds(out, row_text(c->rows, c->row, c->column));
}

static struct json_object *to_int(const struct cell *c)
{
	return json_object_new_int64(row_int(c->rows, c->row, c->column));
}

static struct json_object *to_bool(const struct cell *c)
{
	return json_object_new_boolean(row_bool(c->rows, c->row, c->column));
}

/* As in calls.def; the last row is for all others. */
static const struct type types[] = {
	{ "uuid", add_id, NULL },      { "timestamptz", add_time, NULL }, { "jsonb", add_jsonb, parsed },
	{ "bool", add_bool, to_bool }, { "int4", add_plain, to_int },     { "int8", add_plain, to_int },
	{ "bytea", add_pem, NULL },    { NULL, add_plain, NULL },
};

static const struct type *type_of(const struct db_rows *rows, size_t column)
{
	const struct type *t = types;

	while (t->name && strcmp(t->name, db_column_type(rows, column)) != 0)
		t++;
	return t;
}

static bool is_certificate(const struct db_rows *rows, size_t column)
{
	return type_of(rows, column)->add_text == add_pem;
}

/* Nothing that a terminal would obey (C0, DEL, C1 in UTF-8) gets there. */
static void disarm(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		const unsigned char c = (unsigned char)b->data[i];
		const bool          c1 = c == 0xc2 && (unsigned char)b->data[i + 1] < 0xa0;

		if (c < ' ' || c == 0x7f || c1)
			b->data[i] = '?';
		if (c1)
			b->data[i + 1] = '?';
	}
}

static struct buf cell_text(const struct db_rows *rows, size_t row, size_t column)
{
	const struct cell cell = { rows, row, db_column_name(rows, column) };
	struct buf        text = BUF_INIT(CELL_MAX);

	if (!row_is_null(rows, row, cell.column))
		type_of(rows, column)->add_text(&text, &cell);
	return text;
}

static struct buf shown_text(const struct db_rows *rows, size_t row, size_t column)
{
	struct buf text = cell_text(rows, row, column);

	disarm(&text);
	return text;
}

/* --- table */

/* Terminal columns, as far as one code point takes one. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void print_padded(FILE *out, const char *text, size_t to)
{
	fputs(text, out);
	for (size_t n = width(text); n < to; n++)
		fputc(' ', out);
}

static size_t column_width(const struct db_rows *rows, size_t column)
{
	size_t max = width(db_column_name(rows, column));

	for (size_t row = 0; row < db_n_rows(rows); row++) {
		auto_clear(buf) struct buf text = shown_text(rows, row, column);

		if (width(buf_str(&text)) > max)
			max = width(buf_str(&text));
	}
	return max;
}

static void print_line(FILE *out, const struct db_rows *rows, const size_t *widths, size_t row)
{
	const size_t n = db_n_columns(rows);

	for (size_t column = 0; column < n; column++) {
		auto_clear(buf) struct buf text = shown_text(rows, row, column);

		print_padded(out, buf_str(&text), column + 1 < n ? widths[column] + GAP : 0);
	}
	fputc('\n', out);
}

void print_table(FILE *out, const struct db_rows *rows)
{
	const size_t      n = db_n_columns(rows);
	auto_free size_t *widths = xcalloc(n, sizeof(*widths));

	for (size_t column = 0; column < n; column++) {
		widths[column] = column_width(rows, column);
		print_padded(out, db_column_name(rows, column), column + 1 < n ? widths[column] + GAP : 0);
	}
	fputc('\n', out);
	for (size_t row = 0; row < db_n_rows(rows); row++)
		print_line(out, rows, widths, row);
}

/* --- outline: a value that is more than one text, with a line for each part */

struct outline {
	FILE  *out;
	size_t indent;
	size_t items; /* elements whose first line is the next one */
};

static void print_value(struct outline *o, struct json_object *value);

static bool is_text(struct json_object *value)
{
	return is_list_of_texts(value) ||
	       !(json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array));
}

static void print_text(FILE *out, struct json_object *value)
{
	auto_clear(buf) struct buf text = BUF_INIT(CELL_MAX);

	if (is_list_of_texts(value))
		add_list(&text, value);
	else
		buf_adds(&text, value ? json_object_get_string(value) : "");
	disarm(&text);
	fprintf(out, "%s\n", buf_str(&text));
}

static void start_line(struct outline *o)
{
	fprintf(o->out, "%*s", (int)(o->indent - o->items * GAP), "");
	for (; o->items > 0; o->items--)
		fputs("- ", o->out);
}

static void print_members(struct outline *o, struct json_object *object)
{
	json_object_object_foreach(object, key, value)
	{
		auto_clear(buf) struct buf name = BUF_INIT(CELL_MAX);

		if (!value)
			continue;
		buf_adds(&name, key);
		disarm(&name);
		start_line(o);
		if (is_text(value)) {
			fprintf(o->out, "%s: ", buf_str(&name));
			print_text(o->out, value);
			continue;
		}
		fprintf(o->out, "%s:\n", buf_str(&name));
		o->indent += GAP;
		print_value(o, value);
		o->indent -= GAP;
	}
}

static void print_elements(struct outline *o, struct json_object *array)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		o->indent += GAP;
		o->items++;
		print_value(o, json_object_array_get_idx(array, i));
		o->items = 0;
		o->indent -= GAP;
	}
}

static void print_value(struct outline *o, struct json_object *value)
{
	if (json_object_is_type(value, json_type_object)) {
		print_members(o, value);
	} else if (!is_text(value)) {
		print_elements(o, value);
	} else {
		start_line(o);
		print_text(o->out, value);
	}
}

/* Whether it was one. */
static bool print_outline(FILE *out, const struct db_rows *rows, size_t row, size_t column)
{
	const struct cell               cell = { rows, row, db_column_name(rows, column) };
	auto_(json) struct json_object *value = NULL;

	if (type_of(rows, column)->to_json != parsed)
		return false;
	value = parsed(&cell);
	if (is_text(value))
		return false;
	fprintf(out, "%s:\n", cell.column);
	print_value(&(struct outline){ .out = out, .indent = GAP }, value);
	return true;
}

/* --- record */

static size_t name_width(const struct db_rows *rows)
{
	size_t max = 0;

	for (size_t column = 0; column < db_n_columns(rows); column++) {
		if (width(db_column_name(rows, column)) > max)
			max = width(db_column_name(rows, column));
	}
	return max;
}

void print_record(FILE *out, const struct db_rows *rows, size_t row)
{
	const size_t names = name_width(rows) + 1 + GAP;

	for (size_t column = 0; column < db_n_columns(rows); column++) {
		auto_clear(buf) struct buf text = shown_text(rows, row, column);
		auto_free char            *name = xasprintf("%s:", db_column_name(rows, column));

		if (text.len == 0 || is_certificate(rows, column) || print_outline(out, rows, row, column))
			continue;
		print_padded(out, name, names);
		fprintf(out, "%s\n", buf_str(&text));
	}
	for (size_t column = 0; column < db_n_columns(rows); column++) {
		auto_clear(buf) struct buf text = cell_text(rows, row, column);

		if (is_certificate(rows, column))
			fputs(buf_str(&text), out);
	}
}

/* --- JSON */

static struct json_object *cell_json(const struct db_rows *rows, size_t row, size_t column)
{
	const struct cell          cell = { rows, row, db_column_name(rows, column) };
	const struct type         *type = type_of(rows, column);
	auto_clear(buf) struct buf text = cell_text(rows, row, column);

	if (row_is_null(rows, row, cell.column))
		return NULL;
	return type->to_json ? type->to_json(&cell) : json_object_new_string(buf_str(&text));
}

void print_json(FILE *out, const struct db_rows *rows)
{
	auto_(json) struct json_object *array = js_new_array();

	for (size_t row = 0; row < db_n_rows(rows); row++) {
		struct json_object *object = js_new_object();

		for (size_t column = 0; column < db_n_columns(rows); column++)
			js_add(object, db_column_name(rows, column), cell_json(rows, row, column));
		js_append(array, object);
	}
	fprintf(out, "%s\n",
	        json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

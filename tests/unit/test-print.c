/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include <libpq-fe.h>

#include "ctl/print.h"
#include "db/row.h"
#include "json/js.h"

#define UUID "01930500-0000-7000-8000-000000000001"
#define TEXT "AZMFAAAAcACAAAAAAAAAAQ"

/* Object ids of types in pg_type.dat */
static const struct {
	const char *name;
	Oid         type;
	const char *cells[2];
} columns[] = {
	{ "id", 2950, { UUID, NULL } },
	{ "status", 25, { "valid", "\x1b[31mr\xc3\xb6t\x7f\xc2\x9b" } },
	{ "names", 3802, { "[\"a.test\", \"b.test\"]", "{\"type\": \"dns\"}" } },
	{ "agreed", 16, { "t", "f" } },
	{ "orders", 20, { "12", "9007199254740993" } },
	{ "at", 1184, { "2026-11-21 20:49:17.25+00", NULL } },
};

static const char parts[] = "{\"type\": \"dns\", \"none\": null, \"tries\": 3, \"names\": [\"a\", \"b\"], "
			    "\"list\": [{\"a\": \"x\\ny\", \"b\": {\"c\": true}}, [1, \"z\"], {}, null, {\"d\": 4}]}";

static struct db_rows *make_rows(size_t n_rows)
{
	PGresult    *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc descriptions[ARRAY_LEN(columns)] = { 0 };
	char         names[ARRAY_LEN(columns)][16];

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		snprintf(names[i], sizeof(names[i]), "%s", columns[i].name);
		descriptions[i].name = names[i];
		descriptions[i].typid = columns[i].type;
	}
	assert_true(PQsetResultAttrs(res, (int)ARRAY_LEN(columns), descriptions));
	for (size_t row = 0; row < n_rows; row++) {
		for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
			char *text = columns[i].cells[row] ? strdup(columns[i].cells[row]) : NULL;

			assert_true(PQsetvalue(res, (int)row, (int)i, text, text ? (int)strlen(text) : -1));
			free(text);
		}
	}
	return rows_new(res);
}

static void assert_prints(void (*print)(FILE *, const struct db_rows *), size_t n_rows, const char *expected)
{
	auto_(db_rows) struct db_rows *rows = make_rows(n_rows);
	auto_free char                *text = NULL;
	size_t                         len;
	FILE                          *out = open_memstream(&text, &len);

	print(out, rows);
	fclose(out);
	assert_string_equal(text, expected);
}

static void print_first(FILE *out, const struct db_rows *rows)
{
	print_record(out, rows, 0);
}

static void print_second(FILE *out, const struct db_rows *rows)
{
	print_record(out, rows, 1);
}

static void test_table(void **state UNUSED)
{
	assert_prints(print_table, 0, "id  status  names  agreed  orders  at\n");
	assert_prints(print_table, 2,
	              "id                      status       names            agreed  orders            at\n" TEXT
	              "  valid        a.test, b.test   yes     12                2026-11-21T20:49:17Z\n"
	              "                        ?[31mr\xc3\xb6t???  {\"type\": \"dns\"}  no      9007199254740993  \n");
}

static void test_record(void **state UNUSED)
{
	assert_prints(print_first, 1,
	              "id:      " TEXT "\n"
	              "status:  valid\n"
	              "names:   a.test, b.test\n"
	              "agreed:  yes\n"
	              "orders:  12\n"
	              "at:      2026-11-21T20:49:17Z\n");
	assert_prints(print_second, 2,
	              "status:  ?[31mr\xc3\xb6t???\n"
	              "names:\n"
	              "  type: dns\n"
	              "agreed:  no\n"
	              "orders:  9007199254740993\n");
}

static void test_outline(void **state UNUSED)
{
	PGresult                      *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc                   column = { .name = (char[]){ "seen" }, .typid = 3802 };
	auto_free char                *value = strdup(parts), *text = NULL;
	auto_(db_rows) struct db_rows *rows = NULL;
	size_t                         len;
	FILE                          *out = open_memstream(&text, &len);

	assert_true(PQsetResultAttrs(res, 1, &column));
	assert_true(PQsetvalue(res, 0, 0, value, (int)strlen(value)));
	rows = rows_new(res);
	print_record(out, rows, 0);
	fclose(out);
	assert_string_equal(text, "seen:\n"
	                          "  type: dns\n"
	                          "  tries: 3\n"
	                          "  names: a, b\n"
	                          "  list:\n"
	                          "    - a: x?y\n"
	                          "      b:\n"
	                          "        c: true\n"
	                          "    - - 1\n"
	                          "      - z\n"
	                          "    - \n"
	                          "    - d: 4\n");
}

/* Blanks and line ends are json-c's affair. */
static void print_json_plain(FILE *out, const struct db_rows *rows)
{
	auto_free char *text = NULL;
	size_t          len;
	FILE           *pretty = open_memstream(&text, &len);

	print_json(pretty, rows);
	fclose(pretty);
	auto_(json) struct json_object *value = json_tokener_parse(text);
	fputs(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), out);
}

static void test_json(void **state UNUSED)
{
	assert_prints(print_json_plain, 0, "[]");
	assert_prints(print_json_plain, 2,
	              "[{\"id\":\"" TEXT "\",\"status\":\"valid\",\"names\":[\"a.test\",\"b.test\"],"
	              "\"agreed\":true,\"orders\":12,\"at\":\"2026-11-21T20:49:17Z\"},"
	              "{\"id\":null,\"status\":\"\\u001b[31mr\xc3\xb6t\x7f\xc2\x9b\",\"names\":{\"type\":\"dns\"},"
	              "\"agreed\":false,\"orders\":9007199254740993,\"at\":null}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_outline),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

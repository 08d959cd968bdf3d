/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clk.h"
#include "base/hex.h"
#include "base/mem.h"
#include "db/call.h"

#define DATE_LEN 10 /* 2026-11-21 */

struct db_rows {
	PGresult *res;
};

struct db_rows *rows_new(PGresult *res)
{
	struct db_rows *rows = xcalloc(1, sizeof(*rows));

	rows->res = res;
	return rows;
}

void db_rows_free(struct db_rows *rows)
{
	if (!rows)
		return;
	PQclear(rows->res);
	free(rows);
}

size_t db_n_rows(const struct db_rows *rows)
{
	return (size_t)PQntuples(rows->res);
}

size_t db_n_columns(const struct db_rows *rows)
{
	return (size_t)PQnfields(rows->res);
}

const char *db_column_name(const struct db_rows *rows, size_t column)
{
	assert(column < db_n_columns(rows));
	return PQfname(rows->res, (int)column);
}

const char *db_column_type(const struct db_rows *rows, size_t column)
{
	assert(column < db_n_columns(rows));
	return call_type_name(PQftype(rows->res, (int)column));
}

const char *row_text(const struct db_rows *rows, size_t row, const char *column)
{
	const int n = PQfnumber(rows->res, column);

	assert(n >= 0 && row < db_n_rows(rows));
	return PQgetisnull(rows->res, (int)row, n) ? NULL : PQgetvalue(rows->res, (int)row, n);
}

bool row_is_null(const struct db_rows *rows, size_t row, const char *column)
{
	return !row_text(rows, row, column);
}

bool row_is(const struct db_rows *rows, size_t row, const char *column, const char *text)
{
	const char *value = row_text(rows, row, column);

	return value && strcmp(value, text) == 0;
}

int64_t row_int(const struct db_rows *rows, size_t row, const char *column)
{
	const char *text = row_text(rows, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

bool row_bool(const struct db_rows *rows, size_t row, const char *column)
{
	const char *text = row_text(rows, row, column);

	return text && *text == 't';
}

/* DateStyle ISO in UTC is RFC 3339 but for two characters: 2026-11-21 20:49:17.25+00 */
int64_t row_time(const struct db_rows *rows, size_t row, const char *column)
{
	const char *text = row_text(rows, row, column);
	char        rfc3339[40];
	char       *zone;
	int64_t     t;

	if (!text || (size_t)snprintf(rfc3339, sizeof(rfc3339), "%s", text) >= sizeof(rfc3339))
		return 0;
	zone = strrchr(rfc3339, '+');
	if (!zone || strcmp(zone, "+00") != 0 || rfc3339[DATE_LEN] != ' ')
		return 0;
	rfc3339[DATE_LEN] = 'T';
	*zone++ = 'Z';
	return clk_from_rfc3339(rfc3339, (size_t)(zone - rfc3339), &t) ? t : 0;
}

bool row_id(const struct db_rows *rows, size_t row, const char *column, struct id *ret)
{
	const char *text = row_text(rows, row, column);

	return text && id_from_uuid(text, ret);
}

/* bytea_output hex: \x0a0b.  The other format, escape, would be a server set up against us: taken as null. */
void *row_bytes(const struct db_rows *rows, size_t row, const char *column, size_t *ret_len)
{
	const char        *text = row_text(rows, row, column);
	auto_free uint8_t *bytes = NULL;
	size_t             len;

	if (!text || strncmp(text, "\\x", 2) != 0)
		return NULL;
	len = strlen(text + 2) / 2;
	bytes = xcalloc(len, 1);
	if (!hex_decode(text + 2, len * 2, bytes, len))
		return NULL;
	*ret_len = len;
	return steal(bytes);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake-rows.h"

#include <assert.h>
#include <string.h>

#include <libpq-fe.h>

#include "db/row.h"

#define COLUMNS_MAX 16

struct db_rows *fake_rows(const struct fake_cell *cells)
{
	PGresult    *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[COLUMNS_MAX] = { 0 };
	char         names[COLUMNS_MAX][64];
	int          n;

	for (n = 0; cells[n].column; n++) {
		assert(n < COLUMNS_MAX);
		snprintf(names[n], sizeof(names[n]), "%s", cells[n].column);
		columns[n].name = names[n];
	}
	assert(res && PQsetResultAttrs(res, n, columns));
	for (int i = 0; i < n; i++) {
		char *text = cells[i].text ? strdup(cells[i].text) : NULL;

		assert(PQsetvalue(res, 0, i, text, text ? (int)strlen(text) : -1));
		free(text);
	}
	return rows_new(res);
}

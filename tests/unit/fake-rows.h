/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows as a call returns them, without a server. */
#ifndef CHERT_TESTS_FAKE_ROWS_H
#define CHERT_TESTS_FAKE_ROWS_H

#include "db/db.h"

struct fake_cell {
	const char *column; /* NULL ends the row */
	const char *text;   /* NULL: SQL NULL */
};

/* One row. */
struct db_rows *fake_rows(const struct fake_cell *cells);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of any call on stdout.  What came from clients is printed without control characters. */
#ifndef CHERT_CTL_PRINT_H
#define CHERT_CTL_PRINT_H

#include <stdio.h>

#include "db/db.h"

/* Ids as in URLs, times in RFC 3339, certificates in PEM. */
void print_table(FILE *out, const struct db_rows *rows) NONNULL(1, 2);
/* One `name: value` line for each column of a row, more of them where the value has parts; certificates at the end. */
void print_record(FILE *out, const struct db_rows *rows, size_t row) NONNULL(1, 2);
/* An array of objects with typed values. */
void print_json(FILE *out, const struct db_rows *rows) NONNULL(1, 2);

#endif

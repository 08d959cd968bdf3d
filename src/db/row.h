/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of calls, as libpq gives them. */
#ifndef CHERT_DB_ROW_H
#define CHERT_DB_ROW_H

#include <libpq-fe.h>

#include "db/db.h"

/* Takes over res, which has rows. */
struct db_rows *rows_new(PGresult *res) RETURNS_NONNULL NONNULL(1);

#endif

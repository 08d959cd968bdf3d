/* SPDX-License-Identifier: BSD-2-Clause */
/* Parameters of calls, as libpq takes them. */
#ifndef CHERT_DB_ARG_H
#define CHERT_DB_ARG_H

#include "db/db.h"

/* What libpq gets for a parameter; NULL is SQL NULL.  Bytes are sent in binary format, all else as text. */
const char *arg_value(const struct db_arg *a) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* calls.def as a table: statement texts, and whether the database has the functions they expect. */
#ifndef CHERT_DB_CALL_H
#define CHERT_DB_CALL_H

#include <libpq-fe.h>

#include "base/cleanup.h"
#include "base/problem.h"
#include "db/db.h"

enum call_flags { DB_ONE = 1, DB_MANY = 2, DB_RETRY = 4 };

#define CALL_PARAMS_MAX 20

struct call {
	enum db_schema schema;
	const char    *title;   /* "WEB.ORDER_NEW"; also the prepared statement's name */
	const char    *params;  /* type names between blanks */
	const char    *columns; /* name:type between blanks */
	unsigned       flags;
};

const struct call *call_get(enum db_call_id id) RETURNS_NONNULL;
size_t             call_n_params(const struct call *c) NONNULL(1);
/* web.order_new, select * from web.order_new($1::uuid,…); newly allocated (free()). */
char *call_function(const struct call *c) RETURNS_NONNULL NONNULL(1);
char *call_statement(const struct call *c) FREE_WITH(free) RETURNS_NONNULL NONNULL(1);

/*
 * PROB_CONFIG names the first column that differs; takes a description or a result.  Parameters need no such look: the
 * statement casts each to its type, so that the server finds no function when they differ.
 */
int call_check_columns(const struct call *c, const PGresult *described, struct problem *p) NONNULL(1, 2, 3)
	CHECK_RESULT;

/* "unknown" for a type that no call uses. */
const char *call_type_name(Oid type) RETURNS_NONNULL;

#endif

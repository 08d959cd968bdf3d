/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One blocking libpq connection that knows calls, not SQL (calls.def).  At connect every call of the program's
 * schema is prepared and described; a parameter type or result column that differs from calls.def, or another schema
 * version, is PROB_CONFIG (at a reconnect too: then the program has outlived a migration).
 */
#ifndef CHERT_DB_DB_H
#define CHERT_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "base/id.h"
#include "base/problem.h"

#define DB_SCHEMA_VERSION 3 /* number of the newest file in sql/migrations */

enum db_schema { DB_WEB, DB_VA, DB_SIGN, DB_ADMIN };

enum db_call_id {
#define CALL(schema, NAME, ...) DB_##schema##_##NAME,
#include "db/calls.def"
#undef CALL
	DB_N_CALLS
};

/*
 * Channels of db_listen() and of the calls RING (sql/core/ring.sql):
 * there is something to do for the daemon behind it.
 */
#define DB_BELL_ISSUE    "chert_issue"
#define DB_BELL_VALIDATE "chert_validate"

struct db;
struct db_rows;

/* One parameter, made by the functions below; borrows what it points to. */
struct db_arg {
	const char *text;
	const void *bytes;
	size_t      len;
	char        scratch[40]; /* the value when neither of them is set; SQL NULL when it is empty too */
};

struct db_arg db_null(void);
struct db_arg db_text(const char *s); /* NULL is SQL NULL */
struct db_arg db_int(int64_t n);
struct db_arg db_bool(bool b);
struct db_arg db_id(const struct id *id); /* NULL is SQL NULL */
struct db_arg db_time(int64_t t);         /* microseconds since the epoch; 0 is SQL NULL */
struct db_arg db_bytes(const void *p, size_t n);

/* Array parameters as text: start with an empty buf, add elements, db_array_end, then db_text(buf_str(b)). */
void db_array_text(struct buf *b, const char *s) NONNULL(1, 2);
void db_array_bytes(struct buf *b, const void *p, size_t n) NONNULL(1, 2);
void db_array_end(struct buf *b) NONNULL(1);

/*
 * Connects with conf->database as `program`; role chert_web, chert_va, chert_sign or chert_admin unless the connection
 * string names one.  PROB_UNAVAILABLE: no server; PROB_CONFIG: see above.  Blocks up to conf->database_timeout.
 */
int db_open(const struct conf *conf, enum db_schema schema, const char *program, struct db **ret, struct problem *p)
	NONNULL(1, 3, 4, 5) CHECK_RESULT;
void db_free(struct db *db);
DEFINE_FREEP(db, struct db *, db_free);

/*
 * One statement, one transaction, one round trip; args must have as many elements as the call has parameters.
 * A lost connection is opened again (at most once per call, and not more than once a second while the server is away);
 * the statement is repeated only if the call is marked RETRY or was never sent.  Serialization failures and deadlocks
 * are repeated up to three times.
 * When the first result column is `problem` and not null, that is what fills p.
 * PROB_UNAVAILABLE: no connection or no answer within the deadline; PROB_INTERNAL: anything unexpected, SQLSTATE in
 * cause.
 */
int db_call(struct db *db, enum db_call_id id, const struct db_arg *args, struct db_rows **ret, struct problem *p)
	NONNULL(1, 4, 5) CHECK_RESULT;
void db_rows_free(struct db_rows *rows);
DEFINE_FREEP(db_rows, struct db_rows *, db_rows_free);

size_t db_n_rows(const struct db_rows *rows) NONNULL(1);

/* Access by column name; an unknown column is a programming error (assert).  Borrowed from rows. */
bool        row_is_null(const struct db_rows *rows, size_t row, const char *column) NONNULL(1, 3);
const char *row_text(const struct db_rows *rows, size_t row, const char *column) NONNULL(1, 3); /* NULL when null */
bool        row_is(const struct db_rows *rows, size_t row, const char *column, const char *text) NONNULL(1, 3, 4);
int64_t     row_int(const struct db_rows *rows, size_t row, const char *column) NONNULL(1, 3); /* 0 when null */
bool        row_bool(const struct db_rows *rows, size_t row, const char *column) NONNULL(1, 3);
int64_t     row_time(const struct db_rows *rows, size_t row, const char *column)
	NONNULL(1, 3); /* 0 when null or outside of 1970 to 9999 */
bool row_id(const struct db_rows *rows, size_t row, const char *column, struct id *ret)
	NONNULL(1, 3, 4); /* false when null */
/* Newly allocated (free()), *ret_len bytes; NULL when null. */
void *row_bytes(const struct db_rows *rows, size_t row, const char *column, size_t *ret_len) NONNULL(1, 3, 4);

/* For generic printers (chertctl): names and type names ("text", "uuid", "timestamptz", "jsonb", …) of the columns. */
size_t      db_n_columns(const struct db_rows *rows) NONNULL(1);
const char *db_column_name(const struct db_rows *rows, size_t column) NONNULL(1);
const char *db_column_type(const struct db_rows *rows, size_t column) NONNULL(1);

/*
 * Door bells.  db_listen: LISTEN on a channel (one for each connection) now and after every reconnect.  db_fd: the
 * socket to watch, -1 while there is no connection; after any other function it may be another one, even with the same
 * number, as db_n_connects (connections made so far) tells.  db_rang: takes in what arrived and tells whether a
 * notification was among it, or may have been missed during a reconnect; never blocks.  A notification can arrive with
 * the answer to a call, so ask after calls too.  db_tick: reconnects when the connection was lost (rate-limited as
 * above).
 */
int      db_listen(struct db *db, const char *channel, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
int      db_fd(const struct db *db) NONNULL(1);
unsigned db_n_connects(const struct db *db) NONNULL(1);
bool     db_rang(struct db *db) NONNULL(1);
int      db_tick(struct db *db, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* libpq with deadlines (monotonic, microseconds): nothing here waits longer. */
#ifndef CHERT_DB_WIRE_H
#define CHERT_DB_WIRE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

DEFINE_FREEP(pgconn, PGconn *, PQfinish);
DEFINE_FREEP(pgresult, PGresult *, PQclear);
DEFINE_FREEP(pgmem, char *, PQfreemem);

enum wire { WIRE_OK, WIRE_LOST, WIRE_EXPIRED };

/* Drives PQconnectStartParams() to its end. */
enum wire wire_connect(PGconn *conn, int64_t deadline) NONNULL(1) CHECK_RESULT;

/* Sends what is queued and waits for the next result; *ret NULL: end of this statement's results. */
enum wire wire_next(PGconn *conn, int64_t deadline, PGresult **ret) NONNULL(1, 3) CHECK_RESULT;

/*
 * The result of one statement, all its results taken; an error wins.  *ret may be set with WIRE_LOST too (the server's
 * last words).  Past the deadline the statement is cancelled; when that comes too late, this is WIRE_OK after all, else
 * WIRE_EXPIRED, with the connection idle if the server obeyed.
 */
enum wire wire_collect(PGconn *conn, int64_t deadline, PGresult **ret) NONNULL(1, 3) CHECK_RESULT;

/* Takes in what the server sent unasked; false when the connection turns out to be gone.  Does not wait. */
bool wire_is_alive(PGconn *conn) NONNULL(1) CHECK_RESULT;

/* What libpq has to say about the connection, as one line; newly allocated (free()). */
char *wire_error(const PGconn *conn) FREE_WITH(free) RETURNS_NONNULL NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scripted PostgreSQL server on a Unix socket, in processes of its own: it speaks enough of the protocol (PostgreSQL
 * 15, chapter 55) for libpq as it is, knows the calls of calls.def, and answers each of them with the script's next step.
 */
#ifndef CHERT_TESTS_FAKE_PG_H
#define CHERT_TESTS_FAKE_PG_H

#include <stdbool.h>
#include <stddef.h>

#define FAKE_STEPS_MAX   8
#define FAKE_COLUMNS_MAX 16

enum fake_kind {
	FAKE_ROW, /* one row of `values` */
	FAKE_NO_ROWS,
	FAKE_ERROR,      /* `sqlstate`; the connection lives on */
	FAKE_FATAL,      /* `sqlstate`, then the end of the connection */
	FAKE_CLOSE,      /* the end without a word */
	FAKE_ROW_FATAL,  /* one row, and 57P01 when the connection is idle again */
	FAKE_ROW_NOTIFY, /* one row, with a notification behind it */
	FAKE_HANG,       /* no answer until cancelled, then 57014 */
	FAKE_DEAF,       /* no answer at all */
};

struct fake_step {
	enum fake_kind kind;
	const char    *sqlstate;
	const char    *values[FAKE_COLUMNS_MAX]; /* NULL: SQL NULL */
};

/* What is wrong with a function while the program prepares it. */
enum fake_oddity {
	FAKE_WRONG_TYPE, /* of the last column */
	FAKE_NARROW,     /* lacks the last column */
	FAKE_REFUSED,    /* with odd_sqlstate */
	FAKE_VANISHES,   /* and the server with it */
};

struct fake_script {
	struct fake_step steps[FAKE_STEPS_MAX];
	const char      *version; /* of the schema; NULL: what the program expects */
	const char      *odd_function, *odd_sqlstate;
	enum fake_oddity oddity;
	const char      *listen_sqlstate; /* NULL: LISTEN works */
	unsigned         accept;          /* connections that get an answer; 0: all */
};

/* What the server saw; lives in shared memory. */
struct fake_seen {
	unsigned connects, calls, cancels, listens, parses;
	char     startup[512]; /* parameters of the last start-up packet, name=value between blanks */
	char     params[512];  /* of the last call, between blanks; (null), and \x… for binary ones */
};

struct fake_pg;

struct fake_pg *fake_pg_start(const struct fake_script *script);
void            fake_pg_stop(struct fake_pg *fake);
/* The server goes away and comes back: no socket in between. */
void fake_pg_pause(struct fake_pg *fake);
void fake_pg_resume(struct fake_pg *fake);
/* For libpq. */
const char             *fake_pg_conninfo(const struct fake_pg *fake);
const struct fake_seen *fake_pg_seen(const struct fake_pg *fake);

#endif

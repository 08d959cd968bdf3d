/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db.h"

#include <assert.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "base/clk.h"
#include "base/mem.h"
#include "db/arg.h"
#include "db/call.h"
#include "db/connect.h"
#include "db/problem-text.h"
#include "db/row.h"
#include "db/wire.h"

#define RECONNECT_INTERVAL CLK_SECOND
#define CONFLICT_REPEATS   3
#define CONFLICT_PAUSE     (CLK_SECOND / 200)

struct db {
	PGconn               *conn; /* NULL: lost */
	struct connect_target target;
	int64_t               not_before; /* monotonic: no attempt to connect until then */
	unsigned              n_connects;
	char                 *channel;
	bool                  rang;
};

/* How one try of a call ended. */
enum outcome {
	DONE,     /* there are rows */
	STALE,    /* the connection is of no use, and the statement did nothing */
	LOST,     /* the connection broke, and nobody knows what the statement did */
	CONFLICT, /* rolled back because of another transaction */
	BUSY,     /* rolled back because it would have taken too long or too much */
	EXPIRED,  /* cancelled at the deadline */
	FAILED,
	N_OUTCOMES
};

/* What a SQLSTATE means for the call: the first row whose text it starts with. */
static const struct {
	const char  *sqlstate;
	enum outcome outcome;
} policy[] = {
	{ "08", LOST },        /* connection exception */
	{ "57014", BUSY },     /* statement_timeout */
	{ "57", LOST },        /* shutdown, crash, start-up */
	{ "25006", STALE },    /* this server has become a standby */
	{ "26000", STALE },    /* the prepared statement is gone: a pooler */
	{ "0A000", STALE },    /* a migration changed the function's result */
	{ "40001", CONFLICT }, /* serialization failure */
	{ "40P01", CONFLICT }, /* deadlock */
	{ "53", BUSY },        /* insufficient resources */
	{ "55P03", BUSY },     /* lock_timeout */
};

static const struct {
	enum prob_code code;
	const char    *detail;
} failures[N_OUTCOMES] = {
	[STALE] = { PROB_UNAVAILABLE, "the connection to the database was lost" },
	[LOST] = { PROB_UNAVAILABLE, "the connection to the database was lost during the call" },
	[CONFLICT] = { PROB_UNAVAILABLE, "the database could not order concurrent transactions" },
	[BUSY] = { PROB_UNAVAILABLE, "the database is overloaded" },
	[EXPIRED] = { PROB_UNAVAILABLE, "the database did not answer in time" },
	[FAILED] = { PROB_INTERNAL, "the database refused a call" },
};

static void disconnect(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
}

/* LISTEN is lost with the connection, and so is what was notified in between: that counts as a ring. */
static int listen_anew(struct db *db, int64_t deadline, struct problem *p)
{
	auto_(pgmem) char        *channel = oom_check(PQescapeIdentifier(db->conn, db->channel, strlen(db->channel)));
	auto_free char           *sql = xasprintf("listen %s", channel), *error = NULL;
	auto_(pgresult) PGresult *res = NULL;

	if (PQsendQuery(db->conn, sql) && wire_collect(db->conn, deadline, &res) == WIRE_OK &&
	    PQresultStatus(res) == PGRES_COMMAND_OK) {
		db->rang = true;
		return 0;
	}
	error = wire_error(db->conn);
	disconnect(db);
	problem_set(p, PROB_UNAVAILABLE, "the database does not notify");
	return problem_cause(p, "%s: %s", sql, error);
}

static int reconnect(struct db *db, int64_t deadline, struct problem *p)
{
	int r;

	if (clk_mono() < db->not_before)
		return problem_set(p, PROB_UNAVAILABLE, "the database cannot be reached");
	r = connect_open(&db->target, deadline, &db->conn, p);
	if (r == 0 && db->channel)
		r = listen_anew(db, deadline, p);
	if (r < 0) {
		db->not_before = clk_mono() + RECONNECT_INTERVAL;
		return r;
	}
	db->n_connects++;
	return 0;
}

int db_open(const struct conf *conf, enum db_schema schema, const char *program, struct db **ret, struct problem *p)
{
	auto_(db) struct db *db = xcalloc(1, sizeof(*db));
	int                  r;

	/* libpq keeps SIGPIPE away everywhere but in PQcancel(). */
	signal(SIGPIPE, SIG_IGN);
	db->target = (struct connect_target){
		.conninfo = xstrdup(conf->database),
		.program = xstrdup(program),
		.schema = schema,
		.prepared = conf->prepared_statements,
		.timeout = conf->database_timeout,
	};
	r = reconnect(db, clk_mono() + db->target.timeout, p);
	if (r < 0)
		return r;
	*ret = steal(db);
	return 0;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	disconnect(db);
	free(db->target.conninfo);
	free(db->target.program);
	free(db->channel);
	free(db);
}

static enum outcome judge(enum wire status, const PGresult *res)
{
	const char *state;

	if (status == WIRE_EXPIRED)
		return EXPIRED;
	if (status == WIRE_OK && PQresultStatus(res) == PGRES_TUPLES_OK)
		return DONE;
	state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	for (size_t i = 0; state && i < ARRAY_LEN(policy); i++) {
		if (strncmp(state, policy[i].sqlstate, strlen(policy[i].sqlstate)) == 0)
			return policy[i].outcome;
	}
	return status == WIRE_LOST || !res ? LOST : FAILED;
}

static bool send_call(struct db *db, const struct call *call, const struct db_arg *args)
{
	const char     *values[CALL_PARAMS_MAX];
	int             lengths[CALL_PARAMS_MAX], formats[CALL_PARAMS_MAX];
	const int       n = (int)call_n_params(call);
	auto_free char *statement = NULL;

	assert(n <= CALL_PARAMS_MAX && (n == 0 || args));
	for (int i = 0; i < n; i++) {
		assert(args[i].len <= INT_MAX);
		values[i] = arg_value(&args[i]);
		lengths[i] = (int)args[i].len;
		formats[i] = args[i].bytes ? 1 : 0;
	}
	if (db->target.prepared)
		return PQsendQueryPrepared(db->conn, call->title, n, values, lengths, formats, 0);
	statement = call_statement(call);
	return PQsendQueryParams(db->conn, statement, n, NULL, values, lengths, formats, 0);
}

/* One try.  What the server said against it stays in *ret. */
static enum outcome try_call(struct db *db, const struct call *call, const struct db_arg *args, int64_t deadline,
                             PGresult **ret)
{
	enum wire    status;
	enum outcome outcome = STALE;

	if (wire_is_alive(db->conn) && send_call(db, call, args)) {
		status = wire_collect(db->conn, deadline, ret);
		outcome = judge(status, *ret);
	}
	if (outcome == STALE || outcome == LOST || PQtransactionStatus(db->conn) != PQTRANS_IDLE)
		disconnect(db);
	return outcome;
}

struct budget {
	int reconnects, conflicts;
};

/* Whether the call is tried once more after `outcome`, which is then paid for. */
static bool may_repeat(const struct call *call, enum outcome outcome, struct budget *left)
{
	if (outcome == STALE || (outcome == LOST && call->flags & DB_RETRY))
		return left->reconnects-- > 0;
	return outcome == CONFLICT && left->conflicts-- > 0;
}

/* Transactions that ran into each other should not do so again: uneven pauses. */
static void pause_after_conflict(void)
{
	const int64_t         us = CONFLICT_PAUSE + clk_mono() % CONFLICT_PAUSE;
	const struct timespec ts = { .tv_nsec = us * 1000 };

	nanosleep(&ts, NULL);
}

static int fail(const struct call *call, enum outcome outcome, const PGresult *res, struct problem *p)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	problem_set(p, failures[outcome].code, "%s", failures[outcome].detail);
	return problem_cause(p, "%s: SQLSTATE %s: %s", call->title, state ? state : "none",
	                     message ? message : "no message");
}

static int deliver(const struct db *db, const struct call *call, PGresult *res, struct db_rows **ret, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = rows_new(res);
	int                            r;

	/* Nobody else has looked at this description: statements that are not prepared follow every change. */
	r = db->target.prepared ? 0 : call_check_columns(call, res, p);
	if (r < 0)
		return r;
	if (call->flags & DB_ONE && db_n_rows(rows) != 1)
		return problem_set(p, PROB_INTERNAL, "%s returned %zu rows, expected 1", call->title, db_n_rows(rows));
	if (db_n_rows(rows) == 1 && strcmp(db_column_name(rows, 0), "problem") == 0 && !row_is_null(rows, 0, "problem"))
		return problem_from_text(row_text(rows, 0, "problem"), p);
	*ret = steal(rows);
	return 0;
}

int db_call(struct db *db, enum db_call_id id, const struct db_arg *args, struct db_rows **ret, struct problem *p)
{
	const struct call        *call = call_get(id);
	const int64_t             deadline = clk_mono() + db->target.timeout;
	struct budget             left = { .reconnects = 1, .conflicts = CONFLICT_REPEATS };
	auto_(pgresult) PGresult *res = NULL;
	enum outcome              outcome = CONFLICT;
	int                       r;

	assert(call->schema == db->target.schema);
	for (;;) {
		if (!db->conn) {
			r = reconnect(db, deadline, p);
			if (r < 0)
				return r;
			left.reconnects = 0;
		}
		PQclear(steal(res));
		outcome = try_call(db, call, args, deadline, &res);
		if (!may_repeat(call, outcome, &left))
			break;
		if (outcome == CONFLICT)
			pause_after_conflict();
	}
	return outcome == DONE ? deliver(db, call, steal(res), ret, p) : fail(call, outcome, res, p);
}

int db_listen(struct db *db, const char *channel, struct problem *p)
{
	const int64_t deadline = clk_mono() + db->target.timeout;

	free(db->channel);
	db->channel = xstrdup(channel);
	return db->conn ? listen_anew(db, deadline, p) : reconnect(db, deadline, p);
}

int db_fd(const struct db *db)
{
	return db->conn ? PQsocket(db->conn) : -1;
}

unsigned db_n_connects(const struct db *db)
{
	return db->n_connects;
}

bool db_rang(struct db *db)
{
	bool      rang = db->rang;
	PGnotify *n;

	db->rang = false;
	if (!db->conn)
		return rang;
	if (!wire_is_alive(db->conn))
		disconnect(db);
	while (db->conn && (n = PQnotifies(db->conn))) {
		rang = true;
		PQfreemem(n);
	}
	return rang;
}

int db_tick(struct db *db, struct problem *p)
{
	return db->conn ? 0 : reconnect(db, clk_mono() + db->target.timeout, p);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/connect.h"

#include <stdlib.h>
#include <string.h>

#include "base/clk.h"
#include "base/mem.h"
#include "db/call.h"
#include "db/wire.h"

static const struct {
	const char     *role;
	enum db_call_id version;
} schemas[] = {
	[DB_WEB] = { "chert_web", DB_WEB_SCHEMA_VERSION },
	[DB_VA] = { "chert_va", DB_VA_SCHEMA_VERSION },
	[DB_SIGN] = { "chert_sign", DB_SIGN_SCHEMA_VERSION },
	[DB_ADMIN] = { "chert_admin", DB_ADMIN_SCHEMA_VERSION },
};

static int unavailable(const PGconn *conn, enum wire status, struct problem *p)
{
	auto_free char *error = wire_error(conn);

	problem_set(p, PROB_UNAVAILABLE, "the database cannot be reached");
	return problem_cause(p, "%s", status == WIRE_EXPIRED ? "no answer in time" : error);
}

static void ignore_notice(void *arg UNUSED, const PGresult *res UNUSED)
{
}

/* Values before dbname are defaults for the connection string, those behind it are not negotiable. */
static PGconn *start(const struct connect_target *target)
{
	char              timeout_ms[24];
	const char *const keys[] = {
		"user", "application_name", "tcp_user_timeout", "dbname", "client_encoding", NULL,
	};
	const char *const values[] = {
		schemas[target->schema].role, target->program, timeout_ms, target->conninfo, "UTF8", NULL,
	};

	snprintf(timeout_ms, sizeof(timeout_ms), "%lld", (long long)(target->timeout / CLK_MILLISECOND));
	/*
	 * libpq sends these two as start-up parameters, which pgbouncer keeps for each client; what stands in
	 * `options` it refuses.
	 */
	setenv("PGTZ", "UTC", 1);
	setenv("PGDATESTYLE", "ISO", 1);
	return PQconnectStartParams(keys, values, 1);
}

/* Whether the server's refusal lies in what is there (class 42: unknown or forbidden; 3F000: no schema; 0A000). */
static bool is_mismatch(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	return state && (strncmp(state, "42", 2) == 0 || strcmp(state, "3F000") == 0 || strcmp(state, "0A000") == 0);
}

static int refused(const struct call *c, const PGresult *res, struct problem *p)
{
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (is_mismatch(res))
		return problem_set(p, PROB_CONFIG, "the database does not offer %s (run sql/migrate.sql): %s", c->title,
		                   message ? message : "no reason given");
	problem_set(p, PROB_UNAVAILABLE, "the database cannot be used");
	return problem_cause(p, "%s: %s", c->title, message ? message : "connection lost");
}

static int check_version(PGconn *conn, const struct call *c, int64_t deadline, struct problem *p)
{
	auto_free char           *statement = call_statement(c);
	auto_(pgresult) PGresult *res = NULL;
	enum wire                 status = WIRE_LOST;
	long                      version;

	if (PQsendQueryParams(conn, statement, 0, NULL, NULL, NULL, NULL, 0))
		status = wire_collect(conn, deadline, &res);
	if (status != WIRE_OK || !res)
		return unavailable(conn, status, p);
	if (PQresultStatus(res) != PGRES_TUPLES_OK || PQntuples(res) != 1)
		return refused(c, res, p);
	version = strtol(PQgetvalue(res, 0, 0), NULL, 10);
	if (version != DB_SCHEMA_VERSION)
		return problem_set(p, PROB_CONFIG, "the database has schema version %ld, expected %d", version,
		                   DB_SCHEMA_VERSION);
	return 0;
}

static const char *statement_name(const struct connect_target *target, const struct call *c)
{
	return target->prepared ? c->title : "";
}

/* One round trip for all: prepare and describe each, in a pipeline so that a pooler keeps them together. */
static bool send_preparations(PGconn *conn, const struct connect_target *target)
{
	if (!PQenterPipelineMode(conn))
		return false;
	for (int id = 0; id < DB_N_CALLS; id++) {
		const struct call *c = call_get((enum db_call_id)id);
		auto_free char    *statement = call_statement(c);

		if (c->schema == target->schema &&
		    (!PQsendPrepare(conn, statement_name(target, c), statement, 0, NULL) ||
		     !PQsendDescribePrepared(conn, statement_name(target, c))))
			return false;
	}
	return PQpipelineSync(conn);
}

/* The result of one step of the pipeline, and the NULL behind it. */
static enum wire take_step(PGconn *conn, int64_t deadline, PGresult **ret)
{
	PGresult *end = NULL;
	enum wire status = wire_next(conn, deadline, ret);

	return status == WIRE_OK ? wire_next(conn, deadline, &end) : status;
}

static int check_call(PGconn *conn, const struct call *c, int64_t deadline, struct problem *p)
{
	for (int step = 0; step < 2; step++) {
		auto_(pgresult) PGresult *res = NULL;
		enum wire                 status = take_step(conn, deadline, &res);

		if (status != WIRE_OK || !res)
			return unavailable(conn, status, p);
		if (PQresultStatus(res) != PGRES_COMMAND_OK)
			return refused(c, res, p);
		if (step == 1)
			return call_check_columns(c, res, p);
	}
	return 0;
}

static int prepare(PGconn *conn, const struct connect_target *target, int64_t deadline, struct problem *p)
{
	auto_(pgresult) PGresult *sync = NULL;
	enum wire                 status;
	int                       r;

	if (!send_preparations(conn, target))
		return unavailable(conn, WIRE_LOST, p);
	for (int id = 0; id < DB_N_CALLS; id++) {
		const struct call *c = call_get((enum db_call_id)id);

		r = c->schema == target->schema ? check_call(conn, c, deadline, p) : 0;
		if (r < 0)
			return r;
	}
	status = wire_next(conn, deadline, &sync);
	if (status != WIRE_OK || PQresultStatus(sync) != PGRES_PIPELINE_SYNC || !PQexitPipelineMode(conn))
		return unavailable(conn, status, p);
	return 0;
}

int connect_open(const struct connect_target *target, int64_t deadline, PGconn **ret, struct problem *p)
{
	auto_(pgconn) PGconn *conn = oom_check(start(target));
	enum wire             status;
	int                   r;

	PQsetNoticeReceiver(conn, ignore_notice, NULL);
	status = wire_connect(conn, deadline);
	if (status != WIRE_OK || PQsetnonblocking(conn, 1) != 0)
		return unavailable(conn, status, p);
	r = check_version(conn, call_get(schemas[target->schema].version), deadline, p);
	if (r == 0)
		r = prepare(conn, target, deadline, p);
	if (r < 0)
		return r;
	*ret = steal(conn);
	return 0;
}

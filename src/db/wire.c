/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "base/clk.h"
#include "base/mem.h"

/* How long a cancelled statement may take to say so before its connection is given up. */
#define CANCEL_GRACE CLK_SECOND

/* True when fd is ready, which includes errors on it; false when the deadline passed. */
static bool wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int64_t       ms;
	int           n;

	do {
		ms = (deadline - clk_mono() + 999) / 1000;
		n = poll(&pfd, 1, ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms);
	} while ((n < 0 && errno == EINTR) || (n == 0 && clk_mono() < deadline));
	return n != 0;
}

enum wire wire_connect(PGconn *conn, int64_t deadline)
{
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	if (PQstatus(conn) == CONNECTION_BAD)
		return WIRE_LOST;
	while (want == PGRES_POLLING_READING || want == PGRES_POLLING_WRITING) {
		/* The socket changes when libpq goes on to the next host. */
		if (!wait_for(PQsocket(conn), want == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
			return WIRE_EXPIRED;
		want = PQconnectPoll(conn);
	}
	return want == PGRES_POLLING_OK ? WIRE_OK : WIRE_LOST;
}

enum wire wire_next(PGconn *conn, int64_t deadline, PGresult **ret)
{
	for (;;) {
		const int unsent = PQflush(conn);

		if (unsent < 0)
			return WIRE_LOST;
		if (unsent == 0 && !PQisBusy(conn))
			break;
		if (!wait_for(PQsocket(conn), unsent ? POLLIN | POLLOUT : POLLIN, deadline))
			return WIRE_EXPIRED;
		if (!PQconsumeInput(conn))
			return WIRE_LOST;
	}
	*ret = PQgetResult(conn);
	return PQstatus(conn) == CONNECTION_OK ? WIRE_OK : WIRE_LOST;
}

static bool is_error(const PGresult *res)
{
	return res && PQresultStatus(res) == PGRES_FATAL_ERROR;
}

static enum wire drain(PGconn *conn, int64_t deadline, PGresult **ret)
{
	enum wire status;

	do {
		auto_(pgresult) PGresult *res = NULL;

		status = wire_next(conn, deadline, &res);
		if (!res)
			break;
		if (!is_error(*ret)) {
			PQclear(*ret);
			*ret = steal(res);
		}
	} while (status == WIRE_OK);
	return status;
}

static void cancel(PGconn *conn)
{
	PGcancel *handle = PQgetCancel(conn);
	char      error[256];

	/* Whether it got through is seen by what the statement does next. */
	if (handle)
		PQcancel(handle, error, sizeof(error));
	PQfreeCancel(handle);
}

enum wire wire_collect(PGconn *conn, int64_t deadline, PGresult **ret)
{
	enum wire status = drain(conn, deadline, ret);

	if (status != WIRE_EXPIRED)
		return status;
	cancel(conn);
	status = drain(conn, clk_mono() + CANCEL_GRACE, ret);
	return status == WIRE_OK && *ret && !is_error(*ret) ? WIRE_OK : WIRE_EXPIRED;
}

bool wire_is_alive(PGconn *conn)
{
	/* A server that goes away leaves a message first and the end of the stream behind it. */
	while (PQstatus(conn) == CONNECTION_OK && wait_for(PQsocket(conn), POLLIN, 0)) {
		if (!PQconsumeInput(conn))
			return false;
		PQisBusy(conn);
	}
	return PQstatus(conn) == CONNECTION_OK;
}

char *wire_error(const PGconn *conn)
{
	const char *message = PQerrorMessage(conn);
	char       *text = xstrdup(*message ? message : "connection lost");
	size_t      len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	for (char *s = text; *s; s++)
		*s = *s == '\n' || *s == '\t' ? ' ' : *s;
	return text;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection, ready for the calls of a schema. */
#ifndef CHERT_DB_CONNECT_H
#define CHERT_DB_CONNECT_H

#include <libpq-fe.h>

#include "base/cleanup.h"
#include "base/problem.h"
#include "db/db.h"

struct connect_target {
	char          *conninfo;
	char          *program;
	enum db_schema schema;
	bool           prepared;
	int64_t        timeout; /* longest wait for the server's kernel, microseconds */
};

/*
 * Connects, compares the schema version, prepares and describes every call.  Not prepared: the descriptions are
 * compared all the same, but no statement stays behind.  PROB_UNAVAILABLE: not done by the deadline (monotonic).
 */
int connect_open(const struct connect_target *target, int64_t deadline, PGconn **ret, struct problem *p)
	NONNULL(1, 3, 4) CHECK_RESULT;

#endif

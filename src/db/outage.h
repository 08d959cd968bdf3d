/* SPDX-License-Identifier: BSD-2-Clause */
/* What daemons that live on the database have in common: their name in it, and one log line for each time it is away. */
#ifndef CHERT_DB_OUTAGE_H
#define CHERT_DB_OUTAGE_H

#include <stdbool.h>

#include "base/problem.h"

#define WORKER_NAME_MAX 96

/* host/pid of this process, for hello and claims (calls.def). */
void worker_name(char out[WORKER_NAME_MAX]) NONNULL(1);

struct outage {
	bool away; /* and that was logged */
};

/*
 * Takes note of how a round of work with the database ended (p empty: well).  PROB_UNAVAILABLE is logged when it
 * begins and when it is over, not with every try; any other problem is logged each time.  Does not block.
 */
void outage_note(struct outage *o, const struct problem *p) NONNULL(1, 2);

#endif

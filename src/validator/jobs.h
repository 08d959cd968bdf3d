/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Validations from claim to outcome.  At most conf->concurrency are held at once, those included whose outcome the
 * database has not taken yet.  Nothing is ever lost: what is dropped here is claimed again when its lease is over.
 */
#ifndef CHERT_VALIDATOR_JOBS_H
#define CHERT_VALIDATOR_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "base/cleanup.h"
#include "base/problem.h"
#include "db/db.h"
#include "validator/method.h"

struct jobs;

struct jobs_setup {
	struct event_base       *base;
	const struct method_env *env;
	const char              *worker, *perspective, *region;
	bool                     assume_valid; /* skip the network */
	void (*wake)(void *arg);               /* jobs_work() has something to do; called from within callbacks */
	void *arg;
};

/* What setup points to must outlive it. */
struct jobs *jobs_new(const struct jobs_setup *setup) RETURNS_NONNULL NONNULL(1);
/* Cancels what is in flight; before what env points to is freed. */
void jobs_free(struct jobs *jobs);
DEFINE_FREEP(jobs, struct jobs *, jobs_free);

/* There may be something to claim. */
void jobs_ring(struct jobs *jobs) NONNULL(1);
/* Claims no more. */
void jobs_stop(struct jobs *jobs) NONNULL(1);
/* Those whose outcome is not stored yet. */
size_t jobs_held(const struct jobs *jobs) NONNULL(1);
/* The loop stood still for long: failures of what was in flight are not the applicants'. */
void jobs_stalled(struct jobs *jobs) NONNULL(1);

/*
 * Stores outcomes for a moment, claims a few and gives up what nobody will try again: when there is more it has itself
 * woken again, so that the network and other validators get their turn.  Blocks for the database, and fails as db_call()
 * does.
 */
int jobs_work(struct jobs *jobs, struct db *db, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One job: the row that was claimed, checked, and what came of it. */
#ifndef CHERT_VALIDATOR_JOB_H
#define CHERT_VALIDATOR_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "base/cleanup.h"
#include "base/id.h"
#include "base/log.h"
#include "base/problem.h"
#include "db/db.h"
#include "pki/ident.h"
#include "validator/method.h"

struct jobs;

struct job {
	struct attempt attempt; /* first: the methods know only this */
	TAILQ_ENTRY(job) link;
	struct jobs         *jobs;
	struct id            id, object; /* authorization, or order for caa */
	int64_t              number;     /* of this try, which the database wants back */
	int64_t              failures;   /* tries before it that failed for a reason that may pass */
	char                *type, *token, *key_authorization, *account_uri;
	struct ident         ident;
	const struct method *method;
	struct event        *timer;
	int64_t              lease_end;   /* clk_mono() */
	int64_t              store_after; /* likewise; 0: at once */
	unsigned             stalls_before;
	struct problem       outcome; /* empty: valid */
};

/* Row i of va.claim, not checked. */
struct job *job_new(const struct method_env *env, const struct db_rows *rows, size_t i) RETURNS_NONNULL NONNULL(1, 2);
void        job_free(struct job *job);

/*
 * Completes the attempt with identifier or names.  The responder has checked all this; it becomes part of URLs and
 * queries here, so it is checked again.
 */
int job_check(struct job *job, const struct db_rows *rows, size_t i, struct problem *p) NONNULL(1, 2, 4) CHECK_RESULT;

/* After how many milliseconds to try again what failed; -1: not at all. */
int64_t job_retry_delay(const struct job *job) NONNULL(1);

/* What goes into the database: what the applicant may see as validationRecord, the operator's beside it. */
const char *job_record(struct job *job) RETURNS_NONNULL NONNULL(1);

/* What the object is called in the log. */
const char *job_object(const struct job *job) RETURNS_NONNULL NONNULL(1);
/* The outcome, with what it is about. */
void job_log(const struct job *job, enum log_level level, const char *event, const char *perspective) NONNULL(1, 3, 4);

#endif

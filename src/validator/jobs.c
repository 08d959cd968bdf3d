/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/jobs.h"

#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/give-up.h"
#include "db/problem-text.h"
#include "json/js.h"
#include "validator/job.h"

#define CLAIM_MAX        25                /* jobs in one call: few, so that another validator finds some too */
#define LEASE_MARGIN     (30 * CLK_SECOND) /* beyond attempt-timeout, for storing the outcome */
#define SLICE            (CLK_SECOND / 10)
#define GIVE_UP_INTERVAL CLK_SECOND /* when there was nothing to give up */
#define BELL_MAX         64

TAILQ_HEAD(job_list, job);

struct jobs {
	struct jobs_setup setup;
	struct job_list   running, done;
	size_t            n;
	bool              wanted; /* a claim may bring something */
	bool              stopped;
	unsigned          n_stalls;
	int64_t           next_give_up;   /* clk_mono() */
	char              bell[BELL_MAX]; /* channel to ring for what outcomes have queued; empty: none */
};

/* --- life of a job */

static void say(const struct job *job, enum log_level level, const char *event)
{
	job_log(job, level, event, job->jobs->setup.perspective);
}

static void forget(struct job *job)
{
	job->jobs->n--;
	job_free(job);
}

/* A failure of ours must not become the applicant's: the job's lease brings it back. */
static bool is_own_failure(const struct job *job)
{
	return job->outcome.code == PROB_SYSTEM ||
	       (job->outcome.code != PROB_NONE && job->jobs->n_stalls != job->stalls_before);
}

static void job_done(struct job *job)
{
	struct jobs *jobs = job->jobs;

	if (job->timer)
		event_del(job->timer);
	TAILQ_REMOVE(&jobs->running, job, link);
	if (is_own_failure(job)) {
		say(job, LOGL_NOTICE, "given-back");
		forget(job);
	} else {
		TAILQ_INSERT_TAIL(&jobs->done, job, link);
	}
	jobs->setup.wake(jobs->setup.arg);
}

static void on_done(struct attempt *a, struct problem *p)
{
	struct job *job = (struct job *)a;

	problem_move(&job->outcome, p);
	job_done(job);
}

static void on_late(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct job *job = arg;
	const char *identifier = job->attempt.identifier;
	char        where[METHOD_WHERE_MAX] = "";

	if (job->method->where)
		job->method->where(&job->attempt, where, sizeof(where));
	job->method->cancel(&job->attempt);
	problem_set(&job->outcome, job->method->late, "%s validation of %s did not end within %lld ms%s%s", job->type,
	            identifier ? identifier : "the names of the order",
	            (long long)(job->attempt.env->conf->validator.attempt_timeout / 1000), *where ? ": " : "", where);
	job_done(job);
}

static void job_start(struct job *job)
{
	struct jobs   *jobs = job->jobs;
	int64_t        timeout = jobs->setup.env->conf->validator.attempt_timeout;
	struct timeval tv = { .tv_sec = timeout / CLK_SECOND, .tv_usec = timeout % CLK_SECOND };

	if (jobs->setup.assume_valid) {
		js_add_bool(job->attempt.record, "assumedValid", true);
		say(job, LOGL_WARNING, "assumed-valid");
		job_done(job);
		return;
	}
	job->timer = oom_check(evtimer_new(jobs->setup.base, on_late, job));
	event_add(job->timer, &tv);
	job->method->start(&job->attempt);
}

static void take(struct jobs *jobs, const struct db_rows *rows, size_t i)
{
	struct job *job = job_new(jobs->setup.env, rows, i);

	job->jobs = jobs;
	job->attempt.done = on_done;
	job->lease_end = clk_mono() + jobs->setup.env->conf->validator.attempt_timeout + LEASE_MARGIN;
	job->stalls_before = jobs->n_stalls;
	js_add_text(job->attempt.record, "perspective", jobs->setup.perspective);
	jobs->n++;
	TAILQ_INSERT_TAIL(&jobs->running, job, link);
	if (job_check(job, rows, i, &job->outcome) < 0)
		job_done(job);
	else
		job_start(job);
}

/* All validators do it: what belongs to one that is away may be much. */
static int give_up(struct jobs *jobs, struct db *db, struct problem *p)
{
	bool more = false;
	int  r;

	if (jobs->stopped || clk_mono() < jobs->next_give_up)
		return 0;
	jobs->next_give_up = clk_mono() + GIVE_UP_INTERVAL;
	r = db_give_up(db, DB_VA_GIVE_UP, SLICE, &more, p);
	if (r == 0 && more) {
		jobs->next_give_up = 0;
		jobs->wanted = true;
	}
	return r;
}

static int claim(struct jobs *jobs, struct db *db, size_t *ret_n, struct problem *p)
{
	const struct conf_validator   *conf = &jobs->setup.env->conf->validator;
	auto_(db_rows) struct db_rows *rows = NULL;
	size_t                         room = (size_t)conf->concurrency - jobs->n;
	int64_t                        lease = conf->attempt_timeout + LEASE_MARGIN + CLK_SECOND;
	size_t                         limit = room < CLAIM_MAX ? room : CLAIM_MAX;
	int                            r;

	*ret_n = 0;
	if (!jobs->wanted || jobs->stopped || room == 0)
		return 0;
	r = db_call(db, DB_VA_CLAIM,
	            (struct db_arg[]){ db_text(jobs->setup.worker), db_text(jobs->setup.perspective),
	                               db_int((int64_t)limit), db_int(lease / CLK_SECOND) },
	            &rows, p);
	if (r < 0)
		return r;
	*ret_n = db_n_rows(rows);
	jobs->wanted = *ret_n == limit;
	for (size_t i = 0; i < *ret_n; i++)
		take(jobs, rows, i);
	return 0;
}

/* --- outcomes */

/* What came of a stored outcome, for the log. */
static void job_stored(const struct job *job, const struct db_rows *rows, const char *event)
{
	if (row_bool(rows, 0, "accepted"))
		say(job, LOGL_INFO, event);
	else
		say(job, LOGL_NOTICE, "not-accepted");
}

/* By all perspectives together; NULL: not yet. */
static void decided(const struct job *job, const char *as)
{
	char object[ID_TEXT_LEN + 1];

	if (!as)
		return;
	id_to_text(&job->object, object);
	log_event(LOGL_INFO, "decided", "as", as, "type", job->type, job_object(job), object, NULL);
}

static int ring(struct jobs *jobs, struct db *db, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r;

	if (!*jobs->bell)
		return 0;
	r = db_call(db, DB_VA_RING, (struct db_arg[]){ db_text(jobs->bell) }, &rows, p);
	/* A bell that is not heard costs time: what it is for is found by polling. */
	*jobs->bell = '\0';
	return r;
}

static int job_finish(struct job *job, struct db *db, struct problem *p)
{
	struct jobs                   *jobs = job->jobs;
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free char                *problem = job->outcome.code ? problem_to_text(&job->outcome) : NULL;
	const char                    *bell;
	int                            r;

	r = db_call(db, DB_VA_FINISH,
	            (struct db_arg[]){ db_id(&job->id), db_int(job->number), db_text(jobs->setup.region),
	                               db_text(problem), db_text(job_record(job)), db_time(job->attempt.until) },
	            &rows, p);
	if (r < 0)
		return r;
	job_stored(job, rows, problem ? "invalid" : "valid");
	decided(job, row_text(rows, 0, "decided"));
	bell = row_text(rows, 0, "bell");
	if (!bell || strcmp(bell, jobs->bell) == 0)
		return 0;
	r = ring(jobs, db, p);
	snprintf(jobs->bell, sizeof(jobs->bell), "%s", bell);
	return r;
}

static int job_retry(struct job *job, struct db *db, int64_t delay, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free char                *problem = problem_to_text(&job->outcome);
	int                            r;

	r = db_call(db, DB_VA_RETRY,
	            (struct db_arg[]){ db_id(&job->id), db_int(job->number), db_text(job->jobs->setup.region),
	                               db_text(problem), db_text(job_record(job)), db_int(delay) },
	            &rows, p);
	if (r == 0)
		job_stored(job, rows, "retry");
	return r;
}

/* 0: the database has it; else the job stays. */
static int job_store(struct job *job, struct db *db, struct problem *p)
{
	const int64_t delay = job_retry_delay(job);

	return delay < 0 ? job_finish(job, db, p) : job_retry(job, db, delay, p);
}

/* The first whose turn it is. */
static struct job *next_done(const struct jobs *jobs)
{
	struct job *job;

	TAILQ_FOREACH(job, &jobs->done, link)
	if (clk_mono() >= job->store_after)
		return job;
	return NULL;
}

/* Behind the others, and the longer the database has taken the later: it may be this one alone that it has no time for. */
static void put_off(struct jobs *jobs, struct job *job, int64_t since)
{
	job->store_after = clk_mono() + 2 * (clk_mono() - since);
	TAILQ_REMOVE(&jobs->done, job, link);
	TAILQ_INSERT_TAIL(&jobs->done, job, link);
}

/* One that the database refuses, or does not take in time, must not hold up the others. */
static int store(struct jobs *jobs, struct db *db, int64_t until, struct problem *p)
{
	struct job *job;

	while (clk_mono() < until && (job = next_done(jobs))) {
		auto_clear(problem) struct problem refused = PROBLEM_INIT;
		const int64_t                      since = clk_mono();
		int                                r = 0;

		if (since > job->lease_end)
			say(job, LOGL_WARNING, "outcome-dropped");
		else
			r = job_store(job, db, &refused);
		if (r == -PROB_UNAVAILABLE) {
			put_off(jobs, job, since);
			problem_move(p, &refused);
			return r;
		}
		if (r < 0)
			log_problem(LOGL_ERROR, "outcome-refused", &refused, "identifier", job->attempt.identifier,
			            NULL);
		TAILQ_REMOVE(&jobs->done, job, link);
		forget(job);
	}
	return ring(jobs, db, p);
}

/* --- all of them */

struct jobs *jobs_new(const struct jobs_setup *setup)
{
	struct jobs *jobs = xcalloc(1, sizeof(*jobs));

	jobs->setup = *setup;
	TAILQ_INIT(&jobs->running);
	TAILQ_INIT(&jobs->done);
	return jobs;
}

void jobs_free(struct jobs *jobs)
{
	struct job *job;

	if (!jobs)
		return;
	while ((job = TAILQ_FIRST(&jobs->running))) {
		TAILQ_REMOVE(&jobs->running, job, link);
		job->method->cancel(&job->attempt);
		forget(job);
	}
	while ((job = TAILQ_FIRST(&jobs->done))) {
		TAILQ_REMOVE(&jobs->done, job, link);
		forget(job);
	}
	free(jobs);
}

void jobs_ring(struct jobs *jobs)
{
	jobs->wanted = true;
}

void jobs_stop(struct jobs *jobs)
{
	jobs->stopped = true;
}

size_t jobs_held(const struct jobs *jobs)
{
	return jobs->n;
}

void jobs_stalled(struct jobs *jobs)
{
	jobs->n_stalls++;
}

int jobs_work(struct jobs *jobs, struct db *db, struct problem *p)
{
	size_t n = 0;
	int    r = store(jobs, db, clk_mono() + SLICE, p);

	if (r == 0)
		r = claim(jobs, db, &n, p);
	if (r == 0)
		r = give_up(jobs, db, p);
	if (r == 0 && (n > 0 || next_done(jobs) || jobs->next_give_up == 0))
		jobs->setup.wake(jobs->setup.arg);
	return r;
}

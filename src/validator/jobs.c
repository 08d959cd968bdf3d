/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/jobs.h"

#include <string.h>
#include <sys/queue.h>

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/problem-text.h"
#include "json/js.h"
#include "pki/ident.h"

#define CLAIM_MAX    100               /* jobs in one call */
#define LEASE_MARGIN (30 * CLK_SECOND) /* beyond attempt-timeout, for storing the outcome */
#define SLICE        (CLK_SECOND / 10)
#define TOKEN_MAX    200

struct job {
	struct attempt attempt; /* first: the methods know only this */
	TAILQ_ENTRY(job) link;
	struct jobs         *jobs;
	struct id            id, authorization;
	int64_t              number; /* of this attempt */
	char                *type, *token, *key_authorization;
	struct ident         ident;
	const struct method *method;
	struct event        *timer;
	int64_t              lease_end; /* clk_mono() */
	unsigned             stalls_before;
	struct problem       outcome; /* empty: valid */
};

TAILQ_HEAD(job_list, job);

struct jobs {
	struct jobs_setup setup;
	struct job_list   running, done;
	size_t            n;
	bool              wanted; /* a claim may bring something */
	bool              stopped;
	unsigned          n_stalls;
};

/* --- life of a job */

static void job_free(struct job *job)
{
	job->jobs->n--;
	json_object_put(job->attempt.record);
	if (job->timer)
		event_free(job->timer);
	problem_clear(&job->outcome);
	free(job->type);
	free(job->token);
	free(job->key_authorization);
	free(job);
}

static void job_log(const struct job *job, enum log_level level, const char *event)
{
	char id[ID_TEXT_LEN + 1];

	id_to_text(&job->authorization, id);
	if (job->outcome.code == PROB_NONE)
		log_event(level, event, "type", job->type, "identifier", job->ident.value, "authorization", id, NULL);
	else
		log_problem(level, event, &job->outcome, "type", job->type, "identifier", job->ident.value,
		            "authorization", id, NULL);
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
		job_log(job, LOGL_NOTICE, "given-back");
		job_free(job);
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

	job->method->cancel(&job->attempt);
	problem_set(&job->outcome, job->method->late, "%s validation of %s did not end within %lld ms", job->type,
	            job->attempt.identifier, (long long)(job->attempt.env->conf->validator.attempt_timeout / 1000));
	job_done(job);
}

/* --- from a claimed row to a running attempt */

static struct job *job_new(struct jobs *jobs, const struct db_rows *rows, size_t i)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->jobs = jobs;
	job->lease_end = clk_mono() + jobs->setup.env->conf->validator.attempt_timeout + LEASE_MARGIN;
	job->stalls_before = jobs->n_stalls;
	row_id(rows, i, "job", &job->id);
	row_id(rows, i, "authorization_id", &job->authorization);
	job->number = row_int(rows, i, "attempt");
	job->type = xstrdup(row_text(rows, i, "type"));
	job->token = xstrdup(row_text(rows, i, "token"));
	job->key_authorization = xstrdup(row_text(rows, i, "key_authorization"));
	job->method = method_find(job->type);
	job->attempt = (struct attempt){
		.env = jobs->setup.env,
		.token = job->token,
		.key_authorization = job->key_authorization,
		.record = js_new_object(),
		.done = on_done,
	};
	jobs->n++;
	TAILQ_INSERT_TAIL(&jobs->running, job, link);
	return job;
}

static bool is_token(const char *text)
{
	static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t            len = strspn(text, base64url);

	return len > 0 && len <= TOKEN_MAX && text[len] == '\0';
}

/* The responder has checked all this; it becomes part of URLs and queries here, so it is checked again. */
static int job_check(struct job *job, const struct db_rows *rows, size_t i, struct problem *p)
{
	bool wildcard = row_bool(rows, i, "wildcard");
	int  r;

	r = ident_from_text(row_text(rows, i, "identifier_type"), row_text(rows, i, "identifier"), &job->ident, p);
	if (r < 0)
		return r;
	job->attempt.identifier = ident_base(&job->ident);
	if (!job->method)
		return problem_set(p, PROB_INTERNAL, "this validator has no method %s", job->type);
	if ((wildcard || job->ident.wildcard) && !job->method->wildcard_ok)
		return problem_set(p, PROB_UNAUTHORIZED, "%s does not validate wildcard names", job->type);
	if (!is_token(job->token))
		return problem_set(p, PROB_INTERNAL, "token of the challenge is not base64url");
	return 0;
}

static void job_start(struct job *job)
{
	struct jobs   *jobs = job->jobs;
	int64_t        timeout = jobs->setup.env->conf->validator.attempt_timeout;
	struct timeval tv = { .tv_sec = timeout / CLK_SECOND, .tv_usec = timeout % CLK_SECOND };

	js_add_text(job->attempt.record, "perspective", jobs->setup.perspective);
	if (jobs->setup.assume_valid) {
		js_add_bool(job->attempt.record, "assumedValid", true);
		job_log(job, LOGL_WARNING, "assumed-valid");
		job_done(job);
		return;
	}
	job->timer = oom_check(evtimer_new(jobs->setup.base, on_late, job));
	event_add(job->timer, &tv);
	job->method->start(&job->attempt);
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
	for (size_t i = 0; i < *ret_n; i++) {
		struct job *job = job_new(jobs, rows, i);

		if (job_check(job, rows, i, &job->outcome) < 0)
			job_done(job);
		else
			job_start(job);
	}
	return 0;
}

/* --- outcomes */

/* 0: the database has it; else the job stays. */
static int job_store(const struct job *job, struct db *db, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free char                *problem = job->outcome.code ? problem_to_text(&job->outcome) : NULL;
	size_t                         len;
	int                            r;

	r = db_call(db, DB_VA_FINISH,
	            (struct db_arg[]){ db_id(&job->id), db_int(job->number), db_text(problem),
	                               db_text(js_text(job->attempt.record, &len)) },
	            &rows, p);
	if (r < 0)
		return r;
	if (row_bool(rows, 0, "accepted"))
		job_log(job, LOGL_INFO, job->outcome.code ? "invalid" : "valid");
	else
		job_log(job, LOGL_NOTICE, "not-accepted");
	return 0;
}

/* One that the database refuses must not hold up the others. */
static int store(struct jobs *jobs, struct db *db, int64_t until, struct problem *p)
{
	struct job *job;

	while (clk_mono() < until && (job = TAILQ_FIRST(&jobs->done))) {
		auto_clear(problem) struct problem refused = PROBLEM_INIT;
		int                                r = 0;

		if (clk_mono() > job->lease_end)
			job_log(job, LOGL_WARNING, "outcome-dropped");
		else
			r = job_store(job, db, &refused);
		if (r == -PROB_UNAVAILABLE) {
			problem_move(p, &refused);
			return r;
		}
		if (r < 0)
			log_problem(LOGL_ERROR, "outcome-refused", &refused, "identifier", job->ident.value, NULL);
		TAILQ_REMOVE(&jobs->done, job, link);
		job_free(job);
	}
	return 0;
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
		job_free(job);
	}
	while ((job = TAILQ_FIRST(&jobs->done))) {
		TAILQ_REMOVE(&jobs->done, job, link);
		job_free(job);
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
	const int64_t until = clk_mono() + SLICE;
	size_t        n = 0;
	int           r;

	do {
		r = store(jobs, db, until, p);
		if (r == 0)
			r = claim(jobs, db, &n, p);
	} while (r == 0 && n > 0 && clk_mono() < until);
	if (r == 0 && (n > 0 || !TAILQ_EMPTY(&jobs->done)))
		jobs->setup.wake(jobs->setup.arg);
	return r;
}

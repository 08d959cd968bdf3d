/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/loop.h"

#include <signal.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/notify.h"
#include "db/db.h"
#include "db/outage.h"
#include "validator/jobs.h"
#include "validator/timer.h"

#define PROGRAM        "chert-validator"
#define HELLO_INTERVAL (10 * CLK_SECOND)
#define RETRY_INTERVAL CLK_SECOND
#define STOP_GRACE     (5 * CLK_SECOND)
#define TICK_INTERVAL  (CLK_SECOND / 4)
#define STALL_MAX      CLK_SECOND

enum timer { TIMER_POLL, TIMER_WORK, TIMER_STOP, TIMER_TICK, N_TIMERS };
/* Of events; libevent gives the last one of two to those that do not ask. */
enum { FIRST, DEFAULT, N_PRIORITIES };

DEFINE_FREEP(event, struct event *, event_free);
DEFINE_FREEP(event_base, struct event_base *, event_base_free);

struct loop {
	const struct conf *conf;
	struct vantage     vantage;
	bool               assume_valid;
	char               worker[WORKER_NAME_MAX];
	struct event_base *base;
	struct event      *timers[N_TIMERS], *signals[2], *bell;
	unsigned           bell_connects; /* which connection bell watches */
	struct method_env  env;
	struct db         *db; /* NULL until the first connection */
	struct jobs       *jobs;
	int64_t            next_hello, last_tick; /* clk_mono() */
	bool               said_hello, stopping;
	struct outage      outage;
	struct problem     fatal;
};

static void wake(void *arg)
{
	struct loop *l = arg;

	timer_start(l->timers[TIMER_WORK], 0);
}

/* --- the database */

static int open_db(struct loop *l, struct problem *p)
{
	auto_(db) struct db *db = NULL;
	int                  r = db_open(l->conf, DB_VA, PROGRAM, &db, p);

	if (r == 0)
		r = db_listen(db, DB_BELL_VALIDATE, p);
	if (r < 0)
		return r;
	l->db = steal(db);
	jobs_ring(l->jobs);
	return 0;
}

static int say_hello(struct loop *l, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r;

	if (clk_mono() < l->next_hello)
		return 0;
	r = db_call(l->db, DB_VA_HELLO,
	            (struct db_arg[]){ db_text(l->worker), db_text(l->vantage.perspective), db_text(l->vantage.region),
	                               db_text(PACKAGE_VERSION), db_bool(l->assume_valid), db_bool(!l->said_hello) },
	            &rows, p);
	if (r < 0)
		return r;
	if (!row_is_null(rows, 0, "refusal"))
		return problem_set(p, PROB_CONFIG, "%s (chertctl perspective list)", row_text(rows, 0, "refusal"));
	if (!l->said_hello) {
		log_event(LOGL_NOTICE, "started", "version", PACKAGE_VERSION, "worker", l->worker, "perspective",
		          l->vantage.perspective, "region", row_text(rows, 0, "region"), NULL);
		notify_supervisor("READY=1");
	}
	l->said_hello = true;
	l->next_hello = clk_mono() + HELLO_INTERVAL;
	return 0;
}

static int use_db(struct loop *l, struct problem *p)
{
	int r = l->db ? db_tick(l->db, p) : open_db(l, p);

	if (r == 0)
		r = say_hello(l, p);
	return r < 0 ? r : jobs_work(l->jobs, l->db, p);
}

static void on_bell(evutil_socket_t fd, short what, void *arg);

/* A new connection may have the number of the old one, of which the kernel has forgotten that it was watched. */
static void watch_bell(struct loop *l)
{
	int fd = l->db ? db_fd(l->db) : -1;

	if (l->bell && (fd < 0 || l->bell_connects != db_n_connects(l->db))) {
		event_free(l->bell);
		l->bell = NULL;
	}
	if (l->bell || fd < 0)
		return;
	l->bell = oom_check(event_new(l->base, fd, EV_READ | EV_PERSIST, on_bell, l));
	l->bell_connects = db_n_connects(l->db);
	event_add(l->bell, NULL);
}

static void work(struct loop *l)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	int                                r = use_db(l, &p);

	if (r == -PROB_CONFIG && !l->said_hello) {
		problem_move(&l->fatal, &p);
		event_base_loopbreak(l->base);
		return;
	}
	outage_note(&l->outage, &p);
	/* Notifications arrive with the answers to calls too. */
	if (l->db && db_rang(l->db)) {
		jobs_ring(l->jobs);
		timer_start(l->timers[TIMER_WORK], 0);
	}
	watch_bell(l);
	if (r < 0)
		timer_start(l->timers[TIMER_POLL], RETRY_INTERVAL);
	if (l->stopping && jobs_held(l->jobs) == 0)
		event_base_loopbreak(l->base);
}

/* --- events */

static void on_poll(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop *l = arg;

	jobs_ring(l->jobs);
	timer_start(l->timers[TIMER_POLL], l->conf->validator.poll_interval);
	work(l);
}

static void on_work(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	work(arg);
}

static void on_bell(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop *l = arg;

	if (db_rang(l->db)) {
		jobs_ring(l->jobs);
		work(l);
	}
	watch_bell(l);
}

static void on_grace_over(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop *l = arg;

	event_base_loopbreak(l->base);
}

/* Goes first: nothing that only the loop was late for may look like a failure of the applicant's. */
static void on_tick(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop *l = arg;
	int64_t      now = clk_mono();

	if (now - l->last_tick > STALL_MAX)
		jobs_stalled(l->jobs);
	l->last_tick = now;
	timer_start(l->timers[TIMER_TICK], TICK_INTERVAL);
}

static void on_signal(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop *l = arg;

	if (l->stopping) {
		event_base_loopbreak(l->base);
		return;
	}
	l->stopping = true;
	notify_supervisor("STOPPING=1");
	jobs_stop(l->jobs);
	timer_start(l->timers[TIMER_STOP], STOP_GRACE);
	timer_start(l->timers[TIMER_WORK], 0);
}

static void make_events(struct loop *l)
{
	static void (*const on_timer[N_TIMERS])(evutil_socket_t, short, void *) = {
		on_poll,
		on_work,
		on_grace_over,
		on_tick,
	};
	static const int signals[ARRAY_LEN(l->signals)] = { SIGTERM, SIGINT };

	for (size_t i = 0; i < N_TIMERS; i++)
		l->timers[i] = oom_check(evtimer_new(l->base, on_timer[i], l));
	event_priority_set(l->timers[TIMER_TICK], FIRST);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		l->signals[i] = oom_check(evsignal_new(l->base, signals[i], on_signal, l));
		event_add(l->signals[i], NULL);
	}
}

/* --- start and end */

static struct event_base *make_base(void)
{
	struct event_base *base = oom_check(event_base_new());

	if (event_base_priority_init(base, N_PRIORITIES) < 0)
		abort();
	return base;
}

static int set_up(struct loop *l, struct addr_policy **policy, struct problem *p)
{
	const struct conf_validator *conf = &l->conf->validator;
	int                          r;

	worker_name(l->worker);
	r = addr_policy_new(&conf->allow_networks, &conf->deny_networks, policy, p);
	if (r == 0)
		r = rs_new(&(struct rs_setup){ .conf = conf, .policy = *policy, .base = l->base }, &l->env.rs, p);
	if (r == 0)
		r = ft_new(conf, l->base, *policy, &l->env.ft, p);
	if (r < 0)
		return r;
	l->env.conf = l->conf;
	l->env.policy = *policy;
	l->env.base = l->base;
	l->env.authority = authority_new(&(struct authority_setup){
		.conf = conf,
		.policy = *policy,
		.rs = l->env.rs,
		.base = l->base,
	});
	l->jobs = jobs_new(&(struct jobs_setup){
		.base = l->base,
		.env = &l->env,
		.worker = l->worker,
		.perspective = l->vantage.perspective,
		.region = l->vantage.region,
		.assume_valid = l->assume_valid,
		.wake = wake,
		.arg = l,
	});
	make_events(l);
	return 0;
}

static void tear_down(struct loop *l)
{
	jobs_free(l->jobs);
	ft_free(l->env.ft);
	authority_free(l->env.authority);
	rs_free(l->env.rs);
	for (size_t i = 0; i < N_TIMERS; i++)
		event_freep(&l->timers[i]);
	for (size_t i = 0; i < ARRAY_LEN(l->signals); i++)
		event_freep(&l->signals[i]);
	event_freep(&l->bell);
	db_free(l->db);
}

int loop_run(const struct conf *conf, struct vantage vantage, bool assume_valid, struct problem *p)
{
	auto_(addr_policy) struct addr_policy *policy = NULL;
	auto_(event_base) struct event_base   *base = make_base();
	struct loop l = { .conf = conf, .vantage = vantage, .assume_valid = assume_valid, .base = base };
	int         r = set_up(&l, &policy, p);

	if (r == 0) {
		if (assume_valid)
			log_event(LOGL_WARNING, "assume-valid", "meaning", "no challenge is checked", NULL);
		l.last_tick = clk_mono();
		timer_start(l.timers[TIMER_TICK], TICK_INTERVAL);
		timer_start(l.timers[TIMER_POLL], 0);
		event_base_dispatch(base);
	}
	if (l.fatal.code != PROB_NONE) {
		problem_move(p, &l.fatal);
		r = -(int)p->code;
	}
	if (r == 0)
		log_event(LOGL_NOTICE, "stopped", NULL);
	tear_down(&l);
	return r;
}

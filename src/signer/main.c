/* SPDX-License-Identifier: BSD-2-Clause */
/* chert-signer(8): turns finalized orders into certificates. */
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "acme/policy-conf.h"
#include "base/clk.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/opt.h"
#include "base/privs.h"
#include "db/give-up.h"
#include "db/outage.h"
#include "signer/job.h"

#define PROGRAM        "chert-signer"
#define HELLO_INTERVAL (10 * CLK_SECOND)
#define RETRY_INTERVAL CLK_SECOND
#define GIVE_UP_SLICE  (CLK_SECOND / 10)
#define ALTERNATES_MAX (4 << 20) /* bytes of the chains of one issuer */

struct options {
	const char *config, *user;
	bool        once;
};

struct daemon {
	struct signer  signer;
	struct options options;
	int64_t        next_hello, next_maintenance; /* clk_mono() */
	bool           said_hello;
	struct outage  outage;
};

/* Signals are blocked but in take_signals(), so that no call is ever interrupted. */
static volatile sig_atomic_t stopping, reloading;
static sigset_t              unblocked;

static void on_signal(int sig)
{
	if (sig == SIGHUP)
		reloading = 1;
	else
		stopping = 1;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t         blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		sigdelset(&unblocked, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
}

/* Waits for a signal, for fd (-1: none) or for so many microseconds. */
static void take_signals(int fd, int64_t wait)
{
	struct pollfd   watched = { .fd = fd, .events = POLLIN };
	struct timespec timeout = { .tv_sec = wait / CLK_SECOND, .tv_nsec = wait % CLK_SECOND * 1000 };

	ppoll(&watched, 1, &timeout, &unblocked);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* --- configuration and issuers */

static int load(const char *path, struct conf **ret_conf, struct issuers *ret_issuers, struct problem *p)
{
	auto_(conf) struct conf *conf = NULL;
	int                      r;

	r = conf_load(path, &conf, p);
	if (r == 0)
		r = policy_check_conf(conf, p);
	if (r == 0)
		r = issuers_load(conf, ISSUERS_WITH_KEYS, ret_issuers, p);
	if (r == 0 && ret_issuers->n == 0)
		r = problem_set(p, PROB_CONFIG, "%s has no issuer section", path);
	if (r < 0)
		return r;
	log_setup(PROGRAM, conf_log_level(conf));
	*ret_conf = steal(conf);
	return 0;
}

static int put_issuer(struct db *db, struct issuer *issuer, const char *alternates, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;

	const struct db_arg args[] = {
		db_text(issuer->name), db_bytes(issuer->der.data, issuer->der.size), db_text(issuer->chain),
		db_text(alternates),   db_bytes(issuer->key_id, issuer->key_id_len),
	};
	int r = db_call(db, DB_SIGN_ISSUER_PUT, args, &rows, p);

	if (r == 0)
		issuer->id = row_int(rows, 0, "issuer");
	return r;
}

static int register_issuer(struct db *db, struct issuer *issuer, struct problem *p)
{
	auto_clear(buf) struct buf alternates = BUF_INIT(ALTERNATES_MAX);

	for (size_t i = 0; i < issuer->n_alternates; i++)
		db_array_text(&alternates, issuer->alternates[i]);
	db_array_end(&alternates);
	if (alternates.failed)
		return problem_set(p, PROB_CONFIG, "issuer %s has too much in its alternate chains", issuer->name);
	return put_issuer(db, issuer, buf_str(&alternates), p);
}

static int register_issuers(struct db *db, const struct issuers *issuers, struct problem *p)
{
	for (size_t i = 0; i < issuers->n; i++) {
		int r = register_issuer(db, issuers->items[i], p);

		if (r < 0)
			return r;
	}
	return 0;
}

/* What cannot be read, or is in error, leaves everything as it was. */
static void reload(struct daemon *d)
{
	auto_clear(issuers) struct issuers issuers = { NULL, 0 };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(conf) struct conf           *conf = NULL;

	if (load(d->options.config, &conf, &issuers, &p) < 0 || register_issuers(d->signer.db, &issuers, &p) < 0) {
		log_problem(LOGL_ERROR, "not-reloaded", &p, NULL);
		return;
	}
	issuers_clear(&d->signer.issuers);
	d->signer.issuers = issuers;
	issuers = (struct issuers){ NULL, 0 };
	conf_free(d->signer.conf);
	d->signer.conf = steal(conf);
	log_event(LOGL_NOTICE, "reloaded", NULL);
}

/* --- the loop */

static int say_hello(struct daemon *d, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r;

	if (clk_mono() < d->next_hello)
		return 0;
	r = db_call(d->signer.db, DB_SIGN_HELLO,
	            (struct db_arg[]){ db_text(d->signer.worker), db_text(PACKAGE_VERSION), db_bool(!d->said_hello) },
	            &rows, p);
	if (r < 0)
		return r;
	d->said_hello = true;
	d->next_hello = clk_mono() + HELLO_INTERVAL;
	return 0;
}

static int maintain(struct daemon *d, struct problem *p)
{
	const struct conf_signer      *conf = &d->signer.conf->signer;
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r;

	if (clk_mono() < d->next_maintenance)
		return 0;
	r = db_call(d->signer.db, DB_SIGN_MAINTAIN,
	            (struct db_arg[]){ db_int(conf->order_retention / CLK_SECOND),
	                               db_int(conf->certificate_retention / CLK_SECOND) },
	            &rows, p);
	if (r < 0)
		return r;
	d->next_maintenance = clk_mono() + conf->maintenance_interval;
	if (row_int(rows, 0, "made") + row_int(rows, 0, "dropped") > 0)
		log_event(LOGL_INFO, "maintained", "made", row_text(rows, 0, "made"), "dropped",
		          row_text(rows, 0, "dropped"), NULL);
	return 0;
}

/* Until nothing is left to claim or to give up, or it is time to stop. */
static int drain(struct daemon *d, struct problem *p)
{
	size_t n;
	bool   more;
	int    r;

	do {
		n = 0;
		more = false;
		r = say_hello(d, p);
		if (r == 0)
			r = job_run_batch(&d->signer, &n, p);
		if (r == 0)
			r = db_give_up(d->signer.db, DB_SIGN_GIVE_UP, GIVE_UP_SLICE, &more, p);
		take_signals(-1, 0);
	} while (r == 0 && (n > 0 || more) && !stopping);
	return r;
}

static int work(struct daemon *d, struct problem *p)
{
	int r = db_tick(d->signer.db, p);

	if (r == 0)
		r = maintain(d, p);
	return r < 0 ? r : drain(d, p);
}

static void run(struct daemon *d)
{
	while (!stopping) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		int64_t                            wait = d->signer.conf->signer.poll_interval;

		if (reloading) {
			reloading = 0;
			reload(d);
		}
		if (work(d, &p) < 0)
			wait = RETRY_INTERVAL;
		outage_note(&d->outage, &p);
		take_signals(db_fd(d->signer.db), earlier(wait, HELLO_INTERVAL));
		db_rang(d->signer.db);
	}
}

/* --- start and end */

/* A database that is not there yet is waited for, unless somebody waits for the result. */
static int open_database(struct daemon *d, struct problem *p)
{
	int r;

	while ((r = db_open(d->signer.conf, DB_SIGN, PROGRAM, &d->signer.db, p)) == -PROB_UNAVAILABLE &&
	       !d->options.once && !stopping) {
		outage_note(&d->outage, p);
		problem_clear(p);
		take_signals(-1, RETRY_INTERVAL);
	}
	if (r == 0)
		r = db_listen(d->signer.db, DB_BELL_ISSUE, p);
	return r < 0 ? r : register_issuers(d->signer.db, &d->signer.issuers, p);
}

static int start(struct daemon *d, struct problem *p)
{
	int r;

	privs_lock_memory();
	r = load(d->options.config, &d->signer.conf, &d->signer.issuers, p);
	if (r == 0 && d->options.user)
		r = privs_become(d->options.user, p);
	if (r < 0)
		return r;
	worker_name(d->signer.worker);
	return open_database(d, p);
}

static int parse_options(int argc, char **argv, struct options *ret, struct problem *p)
{
	const struct opt rows[] = {
		{ "config", 'c', OPT_TEXT, "FILE", "read this file instead of the default one", &ret->config, 0, 0 },
		{ "user", 'u', OPT_TEXT, "NAME", "become this user after the keys were read", &ret->user, 0, 0 },
		{ "once", 0, OPT_FLAG, NULL, "sign what is waiting and exit", &ret->once, 0, 0 },
		{ 0 },
	};
	const struct opt_usage usage = { PROGRAM, "", "Signs certificates for finalized ACME orders.", rows };
	int                    first;

	return opt_parse(&usage, argc, argv, &first, p);
}

static int serve(struct daemon *d, struct problem *p)
{
	int r = start(d, p);

	if (r < 0)
		return r;
	log_event(LOGL_NOTICE, "started", "version", PACKAGE_VERSION, "worker", d->signer.worker, NULL);
	notify_supervisor("READY=1");
	if (d->options.once)
		return work(d, p);
	run(d);
	notify_supervisor("STOPPING=1");
	log_event(LOGL_NOTICE, "stopped", NULL);
	return 0;
}

int main(int argc, char **argv)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct daemon                      d = { .options.config = conf_default_path() };
	int                                r;

	log_setup(PROGRAM, LOGL_INFO);
	privs_harden();
	if (parse_options(argc, argv, &d.options, &p) < 0) {
		log_problem(LOGL_ERROR, "usage", &p, NULL);
		return OPT_EXIT_USAGE;
	}
	catch_signals();
	r = serve(&d, &p);
	if (r < 0 && !stopping)
		log_problem(LOGL_ERROR, "failed", &p, NULL);
	db_free(d.signer.db);
	issuers_clear(&d.signer.issuers);
	conf_free(d.signer.conf);
	return r < 0 && !stopping ? EXIT_FAILURE : EXIT_SUCCESS;
}

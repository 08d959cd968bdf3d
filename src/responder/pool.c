/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/pool.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>

#include "base/clk.h"
#include "base/log.h"
#include "base/notify.h"
#include "responder/serve.h"

#define SHORT_LIFE    (5 * CLK_SECOND) /* a worker that dies this young is not replaced at once */
#define FIRST_PAUSE   (CLK_SECOND / 10)
#define LONGEST_PAUSE (10 * CLK_SECOND)
#define STOP_GRACE    (5 * CLK_SECOND) /* beyond what one request may take */

struct slot {
	pid_t   pid; /* 0: nobody */
	int64_t started;
	int64_t due;   /* when to start the next one, if nobody */
	int64_t pause; /* the last one taken */
};

struct pool {
	int          listen_fd;
	unsigned     n;
	struct conf *conf;
	sigset_t     original_mask;
	struct slot  slots[POOL_MAX];
};

static const int watched[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };

/* The exit status tells the master whether another worker would fare better. */
static int work(const struct pool *pool, pid_t master)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	int                                r;

	sigprocmask(SIG_SETMASK, &pool->original_mask, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master) /* it died before that took effect */
		return EX_OK;
	r = serve_run(pool->conf, pool->listen_fd, &p);
	if (r < 0)
		log_problem(LOGL_ERROR, "worker", &p, NULL);
	return r == 0 ? EX_OK : r == -PROB_CONFIG ? EX_CONFIG : EX_OSERR;
}

static void start_worker(struct pool *pool, struct slot *slot)
{
	pid_t master = getpid(), pid = fork();

	if (pid == 0)
		exit(work(pool, master));
	slot->started = clk_mono();
	if (pid < 0) {
		log_event(LOGL_ERROR, "fork", "error", strerror(errno), NULL);
		slot->due = slot->started + CLK_SECOND;
		return;
	}
	slot->pid = pid;
}

static void start_due_workers(struct pool *pool)
{
	for (unsigned i = 0; i < pool->n; i++)
		if (pool->slots[i].pid == 0 && pool->slots[i].due <= clk_mono())
			start_worker(pool, &pool->slots[i]);
}

/* Microseconds until a worker is due, at most an hour. */
static int64_t next_start(const struct pool *pool)
{
	int64_t now = clk_mono(), next = now + CLK_HOUR;

	for (unsigned i = 0; i < pool->n; i++)
		if (pool->slots[i].pid == 0 && pool->slots[i].due < next)
			next = pool->slots[i].due;
	return next > now ? next - now : 0;
}

static void vacate(struct slot *slot, int status)
{
	int64_t now = clk_mono();
	char    how[40];

	if (now - slot->started >= SHORT_LIFE)
		slot->pause = 0;
	else
		slot->pause = slot->pause == 0 ? FIRST_PAUSE : slot->pause * 2;
	if (slot->pause > LONGEST_PAUSE)
		slot->pause = LONGEST_PAUSE;
	slot->due = now + slot->pause;
	slot->pid = 0;
	snprintf(how, sizeof(how), WIFSIGNALED(status) ? "signal %d" : "exit status %d",
	         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_event(LOGL_WARNING, "worker-ended", "how", how, NULL);
}

/* NULL: one that a reload retired. */
static struct slot *slot_of(struct pool *pool, pid_t pid)
{
	for (unsigned i = 0; i < pool->n; i++)
		if (pool->slots[i].pid == pid)
			return &pool->slots[i];
	return NULL;
}

/* Collects who has ended. */
static int reap(struct pool *pool, struct problem *p)
{
	pid_t pid;
	int   status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct slot *slot = slot_of(pool, pid);

		if (slot)
			vacate(slot, status);
		if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
			return problem_set(p, PROB_CONFIG,
			                   "database does not fit this program, as its worker has logged");
	}
	return 0;
}

static void signal_workers(const struct pool *pool, int sig)
{
	for (unsigned i = 0; i < pool->n; i++)
		if (pool->slots[i].pid > 0)
			kill(pool->slots[i].pid, sig);
}

/* The old workers finish what they have in hand while the new ones already serve. */
static void reload(struct pool *pool, pool_load_fn *load)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(conf) struct conf           *conf = NULL;

	if (load(&conf, &p) < 0) {
		log_problem(LOGL_ERROR, "reload", &p, NULL);
		return;
	}
	conf_free(pool->conf);
	pool->conf = steal(conf);
	signal_workers(pool, SIGTERM);
	memset(pool->slots, 0, sizeof(pool->slots));
	log_event(LOGL_NOTICE, "reload", NULL);
}

/* One of the watched signals, or -1 when the time is over. */
static int wait_signal(int64_t microseconds)
{
	const struct timespec timeout = { .tv_sec = microseconds / CLK_SECOND,
		                          .tv_nsec = microseconds % CLK_SECOND * 1000 };
	sigset_t              set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaddset(&set, watched[i]);
	return sigtimedwait(&set, NULL, &timeout);
}

static void block_signals(struct pool *pool)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaddset(&set, watched[i]);
	sigprocmask(SIG_BLOCK, &set, &pool->original_mask);
}

/*
 * Until every child is gone; who takes longer than a request may is killed.  Those that a reload retired were told to
 * end before: nobody waits any longer for one that did not.
 */
static void stop(struct pool *pool)
{
	int64_t deadline =
		clk_mono() + pool->conf->responder.request_timeout + pool->conf->database_timeout + STOP_GRACE;
	pid_t pid;

	notify_supervisor("STOPPING=1");
	signal_workers(pool, SIGTERM);
	do {
		struct slot *slot;

		pid = waitpid(-1, NULL, WNOHANG);
		slot = pid > 0 ? slot_of(pool, pid) : NULL;
		if (slot)
			slot->pid = 0;
		if (pid == 0)
			wait_signal(CLK_SECOND);
	} while (pid >= 0 && clk_mono() < deadline);
	signal_workers(pool, SIGKILL);
}

static int supervise(struct pool *pool, pool_load_fn *load, struct problem *p)
{
	int r = 0;

	while (r == 0) {
		int sig;

		start_due_workers(pool);
		sig = wait_signal(next_start(pool));
		if (sig == SIGTERM || sig == SIGINT)
			return 0;
		if (sig == SIGHUP)
			reload(pool, load);
		if (sig == SIGCHLD)
			r = reap(pool, p);
	}
	return r;
}

int pool_run(int listen_fd, unsigned n, struct conf *conf, pool_load_fn *load, struct problem *p)
{
	struct pool pool = { .listen_fd = listen_fd, .n = n, .conf = conf };
	int         r;

	assert(n > 0 && n <= POOL_MAX);
	block_signals(&pool);
	start_due_workers(&pool);
	notify_supervisor("READY=1");
	r = supervise(&pool, load, p);
	stop(&pool);
	conf_free(pool.conf);
	return r;
}

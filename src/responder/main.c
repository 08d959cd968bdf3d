/* SPDX-License-Identifier: BSD-2-Clause */
/* chert-responder(8): the ACME server behind a web server. */
#include <string.h>
#include <unistd.h>

#include "acme/policy-conf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/opt.h"
#include "base/privs.h"
#include "responder/listen.h"
#include "responder/pool.h"
#include "responder/route.h"
#include "responder/serve.h"
#include "responder/worker.h"

#define PROGRAM         "chert-responder"
#define DEFAULT_WORKERS 8 /* with --socket */

static struct options {
	const char *config;
	const char *socket;
	const char *mode;
	const char *user;
	int64_t     workers; /* 0: not given */
	bool        check;
	bool        print_resources;
} options = { .mode = "0660" };

/* clang-format off */
static const struct opt opts[] = {
	{ "config",          'c', OPT_TEXT, "FILE", "configuration instead of the installed one", &options.config, 0, 0 },
	{ "socket",          's', OPT_TEXT, "PATH", "serve a Unix socket of our own with a pool of workers", &options.socket, 0, 0 },
	{ "workers",         'w', OPT_INT,  "N",    "number of workers that share the socket", &options.workers, 1, POOL_MAX },
	{ "mode",            'm', OPT_TEXT, "MODE", "access mode of the socket, octal", &options.mode, 0, 0 },
	{ "user",            'u', OPT_TEXT, "NAME", "become this user before anything else", &options.user, 0, 0 },
	{ "check",            0,  OPT_FLAG, NULL,   "check configuration and database, then exit", &options.check, 0, 0 },
	{ "print-resources",  0,  OPT_FLAG, NULL,   "print the resources in mdoc for the manual page", &options.print_resources, 0, 0 },
	{ NULL,               0,  OPT_FLAG, NULL,   NULL, NULL, 0, 0 },
};
/* clang-format on */

static const struct opt_usage usage = {
	.program = PROGRAM,
	.operands = "",
	.summary = "ACME over FastCGI; without --socket, serves the listening socket that is descriptor 0",
	.opts = opts,
};

static int load(struct conf **ret, struct problem *p)
{
	auto_(conf) struct conf *conf = NULL;
	int                      r;

	r = conf_load(options.config ? options.config : conf_default_path(), &conf, p);
	if (r < 0)
		return r;
	log_setup(PROGRAM, conf_log_level(conf));
	r = policy_check_conf(conf, p);
	if (r < 0)
		return r;
	*ret = steal(conf);
	return 0;
}

static int parse_mode(const char *text, mode_t *ret, struct problem *p)
{
	char         *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (!*text || *end || strspn(text, "01234567") != strlen(text) || mode > 0777)
		return problem_set(p, PROB_CONFIG, "--mode is %s, expected octal digits up to 0777", text);
	*ret = (mode_t)mode;
	return 0;
}

/* --check, and what a pool makes sure of before it starts: an absent server keeps only the former from working. */
static int check_database(const struct conf *conf, struct problem *p)
{
	auto_(db) struct db *db = NULL;

	return db_open(conf, DB_WEB, PROGRAM, &db, p);
}

static int run_pool(struct conf **conf, int fd, struct problem *p)
{
	int64_t workers = options.workers ? options.workers : DEFAULT_WORKERS;
	int     r = check_database(*conf, p);

	if (r == -PROB_UNAVAILABLE) {
		log_problem(LOGL_WARNING, "database", p, NULL);
		problem_clear(p);
		r = 0;
	}
	return r < 0 ? r : pool_run(fd, (unsigned)workers, steal(*conf), load, p);
}

static int run_socket(struct conf **conf, struct problem *p)
{
	auto_fd int fd = -1;
	mode_t      mode;
	int         r;

	r = parse_mode(options.mode, &mode, p);
	if (r == 0)
		r = listen_open(options.socket, mode, &fd, p);
	if (r < 0)
		return r;
	r = run_pool(conf, fd, p);
	unlink(options.socket);
	return r;
}

/* One process per web server process group is what mod_fcgid and lighttpd want; systemd gives one socket for a pool. */
static int run_inherited(struct conf **conf, struct problem *p)
{
	if (!listen_is_ready(STDIN_FILENO))
		return problem_set(p, PROB_CONFIG,
		                   "descriptor 0 is no listening socket: start through a web server or with --socket");
	if (options.workers > 1)
		return run_pool(conf, STDIN_FILENO, p);
	notify_supervisor("READY=1");
	return serve_run(*conf, STDIN_FILENO, p);
}

static int parse_options(int argc, char **argv, struct problem *p)
{
	int first;

	return opt_parse(&usage, argc, argv, &first, p);
}

static int run(struct problem *p)
{
	auto_(conf) struct conf *conf = NULL;
	int                      r = 0;

	if (options.print_resources) {
		rt_print_mdoc(stdout);
		return 0;
	}
	if (options.user)
		r = privs_become(options.user, p);
	if (r == 0)
		r = load(&conf, p);
	if (r != 0)
		return r;
	if (options.check)
		return check_database(conf, p);
	return options.socket ? run_socket(&conf, p) : run_inherited(&conf, p);
}

int main(int argc, char **argv)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	int                                r;

	privs_harden();
	log_setup(PROGRAM, LOGL_INFO);
	rt_selfcheck();
	if (parse_options(argc, argv, &p) < 0) {
		log_problem(LOGL_ERROR, "usage", &p, NULL);
		return OPT_EXIT_USAGE;
	}
	r = run(&p);
	if (r < 0)
		log_problem(LOGL_ERROR, "failed", &p, NULL);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

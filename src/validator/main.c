/* SPDX-License-Identifier: BSD-2-Clause */
/* chert-validator(8): checks that applicants control what they ask certificates for. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "acme/link.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/privs.h"
#include "validator/loop.h"

#define PROGRAM      "chert-validator"
#define FILES_MAX    16384 /* sockets of the most validations and look-ups at once, with room to spare */
#define FILES_BESIDE 1000  /* the resolver's sockets (see there), the database and our own */

struct options {
	const char *config, *perspective, *region, *user;
	bool        assume_valid;
};

static int parse_options(int argc, char **argv, struct options *ret, struct problem *p)
{
	const struct opt rows[] = {
		{ "config", 'c', OPT_TEXT, "FILE", "read this file instead of the default one", &ret->config, 0, 0 },
		{ "perspective", 'p', OPT_TEXT, "NAME", "vantage point, instead of the configured one",
		  &ret->perspective, 0, 0 },
		{ "region", 'r', OPT_TEXT, "NAME", "region of the vantage point, likewise", &ret->region, 0, 0 },
		{ "user", 'u', OPT_TEXT, "NAME", "become this user", &ret->user, 0, 0 },
		{ "assume-valid", 0, OPT_FLAG, NULL, "for test rigs: check nothing, call every challenge valid",
		  &ret->assume_valid, 0, 0 },
		{ 0 },
	};
	const struct opt_usage usage = { PROGRAM, "", "Validates ACME challenges.", rows };
	int                    first, r;

	r = opt_parse(&usage, argc, argv, &first, p);
	if (r == 0 && ret->perspective && (!*ret->perspective || strlen(ret->perspective) > CONF_NAME_MAX))
		r = problem_set(p, PROB_CONFIG, "--perspective takes 1 to %d characters", CONF_NAME_MAX);
	if (r == 0 && ret->region && strlen(ret->region) > CONF_NAME_MAX)
		r = problem_set(p, PROB_CONFIG, "--region takes up to %d characters", CONF_NAME_MAX);
	return r;
}

static void allow_many_sockets(int64_t concurrency)
{
	const rlim_t  wanted = (rlim_t)concurrency + FILES_BESIDE;
	struct rlimit limit;
	char          text[24];

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= FILES_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted)
		return;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)wanted);
	log_event(LOGL_WARNING, "few-files", "reason", "the limit of open files is too low for concurrency", "wanted",
	          text, NULL);
}

/* Options win over the configuration. */
static struct vantage vantage(const struct options *o, const struct conf_validator *conf)
{
	return (struct vantage){
		.perspective = o->perspective ? o->perspective : conf->perspective,
		.region = o->region ? o->region : conf->region,
	};
}

static int serve(const struct options *o, struct problem *p)
{
	auto_(conf) struct conf *conf = NULL;
	int                      r;

	r = conf_load(o->config, &conf, p);
	if (r == 0 && o->user)
		r = privs_become(o->user, p);
	if (r < 0)
		return r;
	log_setup(PROGRAM, conf_log_level(conf));
	allow_many_sockets(conf->validator.concurrency);
	link_setup(conf->base_url);
	return loop_run(conf, vantage(o, &conf->validator), o->assume_valid, p);
}

int main(int argc, char **argv)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct options                     o = { .config = conf_default_path() };

	log_setup(PROGRAM, LOGL_INFO);
	privs_harden();
	if (parse_options(argc, argv, &o, &p) < 0) {
		log_problem(LOGL_ERROR, "usage", &p, NULL);
		return OPT_EXIT_USAGE;
	}
	if (serve(&o, &p) < 0) {
		log_problem(LOGL_ERROR, "failed", &p, NULL);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

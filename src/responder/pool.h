/* SPDX-License-Identifier: BSD-2-Clause */
/* A master process and its workers on one listening socket. */
#ifndef CHERT_RESPONDER_POOL_H
#define CHERT_RESPONDER_POOL_H

#include "base/conf.h"
#include "base/problem.h"

#define POOL_MAX 256 /* workers */

/* Loads the configuration and puts its log level into force. */
typedef int pool_load_fn(struct conf **ret, struct problem *p);

/*
 * Keeps n workers alive until SIGTERM or SIGINT, and lets them finish what they have in hand then.  SIGHUP: loads the
 * configuration again and, if it is good, replaces all workers.  Takes over *conf and what load gives.  PROB_CONFIG: a
 * worker found that the database does not fit; PROB_SYSTEM.
 */
int pool_run(int listen_fd, unsigned n, struct conf *conf, pool_load_fn *load, struct problem *p) NONNULL(3, 4, 5)
	CHECK_RESULT;

#endif

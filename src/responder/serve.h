/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a worker: one request after the other. */
#ifndef CHERT_RESPONDER_SERVE_H
#define CHERT_RESPONDER_SERVE_H

#include "base/conf.h"
#include "base/problem.h"

/* Serves a listening socket until a signal asks to stop.  PROB_CONFIG: the database does not fit; PROB_SYSTEM. */
int serve_run(const struct conf *conf, int listen_fd, struct problem *p) NONNULL(1, 3) CHECK_RESULT;

#endif

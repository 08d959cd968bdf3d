/* SPDX-License-Identifier: BSD-2-Clause */
/* Listening sockets: the one that a web server or supervisor left on descriptor 0, or our own. */
#ifndef CHERT_RESPONDER_LISTEN_H
#define CHERT_RESPONDER_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/problem.h"

/* Whether the descriptor is a socket that listens. */
bool listen_is_ready(int fd);
/*
 * A Unix socket at path that is there with its final mode from the first moment on, and takes the place of one that
 * nobody listens on any more.  PROB_CONFIG: a path that is too long, or somebody listens there; PROB_SYSTEM.  *ret:
 * close().
 */
int listen_open(const char *path, mode_t mode, int *ret, struct problem *p) NONNULL(1, 3, 4) CHECK_RESULT;

#endif

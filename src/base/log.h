/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line per event on stderr: `<N>` (syslog priority, unless stderr is a terminal), program, event,
 * then key=value pairs.  Values are quoted and escaped where needed, so nothing from outside can
 * forge a line.  Never log tokens, key authorizations, keys, nonces or JWS bodies.
 */
#ifndef CHERT_BASE_LOG_H
#define CHERT_BASE_LOG_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/problem.h"

enum log_level { LOGL_ERROR = 3, LOGL_WARNING = 4, LOGL_NOTICE = 5, LOGL_INFO = 6, LOGL_DEBUG = 7 };

/* Name that starts every line (not copied), and the least severe level that is written (default LOGL_INFO). */
void log_setup(const char *program, enum log_level max) NONNULL(1);

/* "error", "warning", "notice", "info" or "debug". */
bool log_level_from_name(const char *name, enum log_level *ret) NONNULL(1, 2) CHECK_RESULT;

/* Pairs of const char * key, const char * value (a NULL value skips the pair), then NULL. */
void log_event(enum log_level level, const char *event, ...) NONNULL(2) __attribute__((sentinel));

/* The problem's name, detail, cause and place, after the given pairs. */
void log_problem(enum log_level level, const char *event, const struct problem *p, ...) NONNULL(2, 3)
	__attribute__((sentinel));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator's one event loop: network, door bell, timers, signals. */
#ifndef CHERT_VALIDATOR_LOOP_H
#define CHERT_VALIDATOR_LOOP_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/problem.h"

/* Where this validator looks from. */
struct vantage {
	const char *perspective;
	const char *region; /* empty when there is none */
};

/*
 * Runs until SIGTERM or SIGINT, then finishes what ends within a few seconds; a database that is not there is waited
 * for.  PROB_CONFIG, PROB_SYSTEM: the validator cannot work at all.
 */
int loop_run(const struct conf *conf, struct vantage vantage, bool assume_valid, struct problem *p) NONNULL(1, 4)
	CHECK_RESULT;

#endif

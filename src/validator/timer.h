/* SPDX-License-Identifier: BSD-2-Clause */
/* libevent's timers in our time. */
#ifndef CHERT_VALIDATOR_TIMER_H
#define CHERT_VALIDATOR_TIMER_H

#include <stdint.h>

#include <event2/event.h>

#include "base/clk.h"

/* Fires in so many microseconds, anew if it was started before; with 0 as soon as the loop has its turn. */
static inline void timer_start(struct event *timer, int64_t in)
{
	const struct timeval tv = { .tv_sec = in / CLK_SECOND, .tv_usec = in % CLK_SECOND };

	event_add(timer, &tv);
}

#endif

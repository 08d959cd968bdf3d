/* SPDX-License-Identifier: BSD-2-Clause */
/* Time is int64_t microseconds since the Unix epoch everywhere. */
#ifndef CHERT_BASE_CLK_H
#define CHERT_BASE_CLK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define CLK_MILLISECOND INT64_C(1000)
#define CLK_SECOND      (1000 * CLK_MILLISECOND)
#define CLK_MINUTE      (60 * CLK_SECOND)
#define CLK_HOUR        (60 * CLK_MINUTE)
#define CLK_DAY         (24 * CLK_HOUR)

#define CLK_RFC3339_LEN 20 /* 2026-11-21T20:49:17Z */

int64_t clk_now(void);  /* wall clock */
int64_t clk_mono(void); /* monotonic, for time-outs only */

/* Whole seconds, UTC, Z; out: CLK_RFC3339_LEN + 1.  Years 1970 to 9999. */
void clk_to_rfc3339(int64_t t, char *out) NONNULL(2);
/* Strict RFC 3339: T, Z or a numeric offset, optional fraction (kept to microseconds), years 1970 to 9999. */
bool clk_from_rfc3339(const char *text, size_t len, int64_t *ret) NONNULL(1, 3) CHECK_RESULT;

/* A whole number of up to six digits and its unit: ms, s, min, h or d. */
bool clk_from_duration(const char *text, int64_t *ret) NONNULL(1, 2) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing byte string with a mandatory maximum and a sticky failure: adding past the maximum
 * changes nothing but sets `failed`, so a sequence of adds is checked once, at the end.
 * The data is always followed by a NUL that does not count.
 */
#ifndef CHERT_BASE_BUF_H
#define CHERT_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct buf {
	char  *data; /* NULL until the first add */
	size_t len, cap, max;
	bool   failed;
};

#define BUF_INIT(maximum) ((struct buf){ .max = (maximum) })

void buf_add(struct buf *b, const void *p, size_t len) NONNULL(1);
void buf_adds(struct buf *b, const char *s) NONNULL(1, 2);
void buf_addc(struct buf *b, char c) NONNULL(1);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL(1, 2);

/* NUL-terminated contents, "" when empty; owned by b, valid until the next add. */
const char *buf_str(const struct buf *b) NONNULL(1);
/* Hands the contents over to the caller (free()); b is empty afterwards. */
char *buf_steal(struct buf *b) NONNULL(1);
void  buf_clear(struct buf *b) NONNULL(1);

#endif

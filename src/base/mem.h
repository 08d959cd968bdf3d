/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Allocation that cannot fail: out of memory ends the process (it is restarted; all state is in
 * PostgreSQL).  Precondition everywhere: sizes that come from outside are capped before they get here.
 */
#ifndef CHERT_BASE_MEM_H
#define CHERT_BASE_MEM_H

#include <stddef.h>

#include "base/cleanup.h"

void *xrealloc(void *p, size_t n, size_t size) RETURNS_NONNULL;
char *xstrdup(const char *s) FREE_WITH(free) RETURNS_NONNULL NONNULL(1);
void *xmemdup(const void *p, size_t len) FREE_WITH(free) RETURNS_NONNULL;
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2) FREE_WITH(free) RETURNS_NONNULL;

__attribute__((noreturn)) void oom(void);

/* For libraries whose NULL means out of memory: passes p through or ends the process. */
static inline void *oom_check(void *p)
{
	if (!p)
		oom();
	return p;
}

/* Inline, so that an analyzer follows objects from here to their destructor knowing that they exist. */
static inline void *xcalloc(size_t n, size_t size)
{
	return oom_check(calloc(n ? n : 1, size ? size : 1));
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resources are released by scope.  A handle type T named `foo` gets a destructor
 * `foo_free(T)` that accepts NULL, one line DEFINE_FREEP(foo, T, foo_free), and is then
 * declared `auto_(foo) T x = NULL;`.  A struct that is no handle but owns things gets `foo_clear(struct foo *)`
 * and is declared `auto_clear(foo) struct foo x = { 0 };`.  Always initialise in the declaration.
 */
#ifndef CHERT_BASE_CLEANUP_H
#define CHERT_BASE_CLEANUP_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define auto_(name)      __attribute__((cleanup(name##_freep)))
#define auto_clear(name) __attribute__((cleanup(name##_clear)))

#define DEFINE_FREEP(name, type, fn)             \
	static inline void name##_freep(type *p) \
	{                                        \
		if (*p)                          \
			fn(*p);                  \
	}                                        \
	struct name##_freep_semicolon_

static inline void cleanup_free_(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file_(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define auto_free __attribute__((cleanup(cleanup_free_)))
#define auto_fd   __attribute__((cleanup(cleanup_fd_)))
#define auto_file __attribute__((cleanup(cleanup_file_)))

/* Hands a pointer over: yields its value and leaves NULL behind. */
#define steal(p)                             \
	({                                   \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})

#define ARRAY_LEN(a)    (sizeof(a) / sizeof((a)[0]))
#define UNUSED          __attribute__((unused))
#define NONNULL(...)    __attribute__((nonnull(__VA_ARGS__)))
#define RETURNS_NONNULL __attribute__((returns_nonnull))
#define CHECK_RESULT    __attribute__((warn_unused_result))
/*
 * The result is released with fn (its first argument); clang has no such attribute.  Not for a function that its own
 * file calls too: there the analyzer of gcc 12 counts a second result, which leaks.
 */
#ifdef __clang__
#define FREE_WITH(fn) __attribute__((malloc))
#else
#define FREE_WITH(fn) __attribute__((malloc(fn, 1)))
#endif
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#endif

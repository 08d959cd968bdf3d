/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

void oom(void)
{
	static const char text[] = "<2>chert: out of memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		abort();
	abort();
}

void *xrealloc(void *p, size_t n, size_t size)
{
	/* Zero bytes would free p and return NULL. */
	return oom_check(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return oom_check(strdup(s));
}

void *xmemdup(const void *p, size_t len)
{
	void *copy = oom_check(malloc(len ? len : 1));

	if (len)
		memcpy(copy, p, len);
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	char   *text = NULL;
	va_list ap;
	int     n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return oom_check(n < 0 ? NULL : text);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libconfuse does not tell about a configuration file: on which line each setting is, and whether it is there
 * twice.  Only the conf-*.c files need it.
 */
#ifndef CHERT_BASE_CONF_SCAN_H
#define CHERT_BASE_CONF_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"

struct conf_place {
	const char *section; /* NULL outside of sections; the three texts belong to the conf_places */
	const char *title;   /* NULL without one */
	const char *key;     /* NULL for the section itself */
	int         line;
	bool        list; /* whether the value is in braces */
};

struct conf_places {
	struct conf_place *places;
	size_t             n;
	char              *words;
};

/*
 * Refuses what libconfuse would expand ($) or skip (control characters), keys that are not plain words, and a section
 * or setting that is there twice.  Overwrites comments in the NUL-terminated text by blanks: libconfuse miscounts their
 * lines.  `path` is for the messages.
 */
int conf_scan(const char *path, char *text, struct conf_places *ret, struct problem *p) NONNULL(1, 2, 3, 4)
	CHECK_RESULT;
void conf_places_clear(struct conf_places *places) NONNULL(1);

/* NULL when the file has no such setting. */
const struct conf_place *conf_place_find(const struct conf_places *places, const char *section, const char *title,
                                         const char *key) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file in hosts(5) form: address, then names, # begins a comment.  Beyond hosts(5), *.example.org stands for every
 * name below example.org and * for every name; they count only where no line has the name itself.
 */
#ifndef CHERT_VALIDATOR_HOSTS_H
#define CHERT_VALIDATOR_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/problem.h"

#define HOSTS_FILE_MAX (1024 * 1024)

struct hosts;

/* PROB_CONFIG names file and line of what cannot be read. */
int hosts_load(const char *path, struct hosts **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
/* The text of such a file; `path` is what errors call it, and what hosts_refresh() looks at. */
int hosts_parse(const char *path, const char *text, size_t len, struct hosts **ret, struct problem *p)
	NONNULL(1, 2, 4, 5) CHECK_RESULT;
/* Loads the file again when it has changed since; after a failure *hosts is as it was. */
int  hosts_refresh(struct hosts **hosts, struct problem *p) NONNULL(1, 2) CHECK_RESULT;
void hosts_free(struct hosts *hosts);
DEFINE_FREEP(hosts, struct hosts *, hosts_free);

struct hosts_query {
	bool         v6;
	struct addr *out;
	size_t       size;
	size_t       n; /* what was found */
};

/*
 * Whether the file has the name (letter case aside), else the closest *.parent of it, else *.  If so, its addresses
 * of the one family are written, as many as there is room for.
 */
bool hosts_find(const struct hosts *hosts, const char *name, struct hosts_query *q) NONNULL(1, 2, 3);

#endif

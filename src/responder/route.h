/* SPDX-License-Identifier: BSD-2-Clause */
/* From paths to resources. */
#ifndef CHERT_RESPONDER_ROUTE_H
#define CHERT_RESPONDER_ROUTE_H

#include <stdio.h>

#include "base/cleanup.h"
#include "base/id.h"
#include "responder/resource.h"

/* What stood in a path where its pattern has %s or *. */
struct route_args {
	struct id   id;
	char        word[40];
	const char *rest; /* borrowed from the path */
};

/* All resources, ending with NULL; the directory object is made from it. */
const struct resource *const *rt_all(void) __attribute__((returns_nonnull));
/* NULL when no resource has such a path. */
const struct resource *rt_find(const char *path, struct route_args *ret) NONNULL(1, 2);
/* Bits of enum req_method that the resource answers, OPTIONS included. */
unsigned rt_methods(const struct resource *resource) NONNULL(1);

/* Asserts that names and paths are unique and every row is complete. */
void rt_selfcheck(void);
/* The resources as an mdoc list, for chert-responder(8). */
void rt_print_mdoc(FILE *out) NONNULL(1);

#endif

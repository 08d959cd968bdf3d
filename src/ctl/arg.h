/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids as people type and paste them. */
#ifndef CHERT_CTL_ARG_H
#define CHERT_CTL_ARG_H

#include "base/id.h"
#include "base/problem.h"

/*
 * base64url as in URLs, a URL that ends in one, a UUID, or a serial number in hex with or without colons.
 * PROB_CONFIG tells what is expected.
 */
int arg_id(const char *text, struct id *ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The issue-value of RFC 8659 4.2, which CAA records and dns-persist-01 (draft-ietf-acme-dns-persist) have in common. */
#ifndef CHERT_VALIDATOR_ISSUE_VALUE_H
#define CHERT_VALIDATOR_ISSUE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/problem.h"

#define ISSUE_VALUE_MAX  4096
#define ISSUE_PARAMS_MAX 32

struct issue_param {
	char *tag; /* lower case */
	char *value;
};

struct issue_value {
	char              *domain; /* lower case; empty when there is none, which permits nobody */
	struct issue_param params[ISSUE_PARAMS_MAX];
	size_t             n_params;
};

/* PROB_MALFORMED: not the grammar of RFC 8659 4.2, longer than ISSUE_VALUE_MAX, more than ISSUE_PARAMS_MAX parameters. */
int issue_value_parse(const void *text, size_t len, struct issue_value *ret, struct problem *p) NONNULL(3, 4)
	CHECK_RESULT;
void issue_value_clear(struct issue_value *v) NONNULL(1);

/* How often the tag is there; *ret is its first value. */
size_t issue_value_param(const struct issue_value *v, const char *tag, const char **ret) NONNULL(1, 2, 3);

#endif

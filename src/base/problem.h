/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one error idiom.  Every fallible function returns int, 0 or a negative problem code,
 * and takes `struct problem *p` last; the function that detects the failure fills it, once:
 *
 *	if (len > max)
 *		return problem_set(p, PROB_MALFORMED, "payload of %zu bytes exceeds %zu", len, max);
 *
 * `detail` is public text (RFC 7807): one line, no double quotes (acme.sh cuts there), lower
 * case first letter, no final period, nothing secret.  `cause` is for the log only.
 * Only edges log (response writer, job finisher, main()).
 */
#ifndef CHERT_BASE_PROBLEM_H
#define CHERT_BASE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

enum prob_code {
	PROB_NONE = 0,
#define PROBLEM(code, name, urn, status) PROB_##code,
#include "base/problem.def"
#undef PROBLEM
	PROB_N_CODES
};

#define PROBLEM_DETAIL_MAX 512
#define PROBLEM_SUBS_MAX   100

struct subproblem {
	enum prob_code code;
	char           detail[PROBLEM_DETAIL_MAX];
	char           ident_type[16];
	char           ident_value[256];
};

struct problem {
	enum prob_code     code;
	char               detail[PROBLEM_DETAIL_MAX]; /* public */
	char               cause[PROBLEM_DETAIL_MAX];  /* log only */
	unsigned           retry_after;                /* seconds, 0: none */
	int                status;                     /* HTTP; 0: that of the code */
	struct subproblem *subs;                       /* owned */
	size_t             n_subs;
	const char        *file;
	int                line;
};

#define PROBLEM_INIT ((struct problem){ 0 })

/* Fills an empty problem (asserted: the first error wins) and returns -code. */
#define problem_set(p, code, ...) problem_code_((code), problem_set_at(__FILE__, __LINE__, (p), (code), __VA_ARGS__))
int problem_set_at(const char *file, int line, struct problem *p, enum prob_code code, const char *fmt, ...)
	PRINTF_LIKE(5, 6) NONNULL(1, 3, 5);

/* Lets compilers and analyzers see that what problem_set() returns is negative. */
static inline int problem_code_(enum prob_code code, int r UNUSED)
{
	return -(int)code;
}

/* Adds to the detail of a problem that there is (asserted); returns -p->code. */
int problem_append(struct problem *p, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL(1, 2);

/* Adds what only the log may see; returns -p->code, so `return problem_cause(p, …)` works. */
int problem_cause(struct problem *p, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL(1, 2);

/*
 * RFC 8555 6.7.1: moves the current error of `p` into a subproblem for one identifier and leaves
 * p without a code, so that a loop over identifiers can go on.  At most PROBLEM_SUBS_MAX are kept.
 */
void problem_sub(struct problem *p, const char *ident_type, const char *ident_value) NONNULL(1, 2, 3);

/* Frees what p owns and makes it empty again. */
void problem_clear(struct problem *p) NONNULL(1);
/* Hands a problem over to an empty one; `from` is empty afterwards. */
void problem_move(struct problem *to, struct problem *from) NONNULL(1, 2);

/* The table's columns.  Valid for any code but PROB_NONE; problem_by_name: PROB_NONE when unknown. */
const char    *problem_name(enum prob_code code);
const char    *problem_urn(enum prob_code code);                 /* whole: urn:ietf:params:acme:error:… */
int            problem_status(enum prob_code code);              /* HTTP */
int            problem_http(const struct problem *p) NONNULL(1); /* its own status, else that of its code */
enum prob_code problem_by_name(const char *name) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Identifiers (RFC 8555 7.1.4, 9.7.7) and the syntax of DNS names in certificates. */
#ifndef CHERT_PKI_IDENT_H
#define CHERT_PKI_IDENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"

#define IDENT_MAX 253
#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

struct ident {
	char type[16];                 /* "dns" or "ip" */
	char value[IDENT_MAX + 2 + 1]; /* lower case, with "*." when a wildcard; an address as RFC 5952 writes it */
	bool wildcard;
};

/* The name or address to validate: value without "*.". */
const char *ident_base(const struct ident *id) NONNULL(1) __attribute__((returns_nonnull));

/*
 * PROB_UNSUPPORTED_IDENTIFIER for a type that is neither dns nor ip; PROB_MALFORMED for what is no DNS name (empty, too
 * long, empty or long label, hyphen rules, characters other than LDH, trailing dot, an IP address, numeric last label,
 * bad xn-- label, a star elsewhere than as the whole first label) or no IP address in its one canonical form (RFC 8738
 * 3; conformance D1); PROB_REJECTED_IDENTIFIER for single labels and wildcards directly under a public suffix
 * (conformance A154-A158).  Upper case of names is folded.
 */
int ident_from_text(const char *type, const char *value, struct ident *ret, struct problem *p) NONNULL(1, 2, 3, 4)
	CHECK_RESULT;
/* The same for one of a list of names, whose type its form tells: no DNS name looks like an address. */
int ident_from_name(const char *name, struct ident *ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
/* Order of struct ident by value, for qsort and comparing sets. */
int ident_compare(const void *a, const void *b);
/* Whether `name` is `suffix` or lies below it (labels compared). */
bool ident_under(const char *name, const char *suffix) NONNULL(1, 2);
/* Whether name is a public suffix. */
bool ident_is_suffix(const char *name) NONNULL(1);
/* Whether the public suffix list knows a suffix for name and name is not itself one. */
bool ident_is_public(const char *name) NONNULL(1);

#endif

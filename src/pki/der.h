/* SPDX-License-Identifier: BSD-2-Clause */
/* DER: a strict reader that never allocates, and a writer that builds from the back. */
#ifndef CHERT_PKI_DER_H
#define CHERT_PKI_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};

/* What is left to read; copied freely, points into somebody's bytes. */
struct der {
	const uint8_t *p;
	size_t         len;
};

/* A constant, octet by octet. */
/* clang-format off */
#define DER_OCTETS(...) { (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) }
/* clang-format on */

/*
 * Takes the next element: single-byte tag equal to `tag`, definite minimal length, within bounds.
 * *ret: its contents; *ret_whole (may be NULL): header included.  False leaves `in` as it was.
 */
bool der_take(struct der *in, uint8_t tag, struct der *ret, struct der *ret_whole) NONNULL(1, 3) CHECK_RESULT;
/* The next tag, or -1 at the end or where no well-formed element starts. */
int  der_peek(const struct der *in) NONNULL(1);
bool der_equal(const struct der *a, const struct der *b) NONNULL(1, 2);

/* The writer fills a fixed buffer from its end; failure (no room) is sticky. */
struct der_out {
	uint8_t *start, *pos, *end;
	bool     failed;
};
void der_out_init(struct der_out *out, void *memory, size_t size) NONNULL(1, 2);
void der_put_raw(struct der_out *out, const void *p, size_t len) NONNULL(1);
/* Wraps all that was written since `mark` (an earlier out->pos) in tag and length. */
void der_wrap(struct der_out *out, const uint8_t *mark, uint8_t tag) NONNULL(1, 2);
void der_put(struct der_out *out, uint8_t tag, const void *p, size_t len) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* base64url without padding (RFC 7515 2), strict: canonical text only (conformance A10, A11, S20). */
#ifndef CHERT_BASE_B64U_H
#define CHERT_BASE_B64U_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define B64U_LEN(n)         (((n)*4 + 2) / 3)   /* characters for n bytes, without the NUL */
#define B64U_MAX_BYTES(len) ((len) / 4 * 3 + 2) /* bytes that len characters can hold at most */

/* out: B64U_LEN(len) + 1 bytes, NUL-terminated. */
void b64u_encode(const void *p, size_t len, char *out) NONNULL(3);
/* Newly allocated text (free()). */
char *b64u_encode_new(const void *p, size_t len) FREE_WITH(free) RETURNS_NONNULL;

/*
 * False, with nothing written to *ret_len, unless all of text is canonical base64url (alphabet, no
 * padding, length mod 4 != 1, unused bits zero) that decodes to at most `size` bytes.
 */
bool b64u_decode(const char *text, size_t len, void *out, size_t size, size_t *ret_len) NONNULL(1, 3, 5) CHECK_RESULT;

#endif

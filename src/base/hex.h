/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes as hex digits and back. */
#ifndef CHERT_BASE_HEX_H
#define CHERT_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Lower-case hex; out: 2 * len + 1 bytes. */
void hex_encode(const void *p, size_t len, char *out) NONNULL(3);
/* Exactly out_len bytes from 2 * out_len hex digits, either case. */
bool hex_decode(const char *text, size_t len, void *out, size_t out_len) NONNULL(1, 3) CHECK_RESULT;

#endif

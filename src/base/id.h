/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public object ids: 128 bits in UUIDv7 layout (48 bits of Unix milliseconds, 74 random bits).
 * Text form in URLs: 22 characters of base64url; in SQL: uuid.
 */
#ifndef CHERT_BASE_ID_H
#define CHERT_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

#define ID_TEXT_LEN 22
#define ID_UUID_LEN 36

struct id {
	uint8_t b[16];
};

/* out: ID_TEXT_LEN + 1 */
void id_to_text(const struct id *id, char *out) NONNULL(1, 2);
/* out: ID_UUID_LEN + 1 */
void id_to_uuid(const struct id *id, char *out) NONNULL(1, 2);
/* Exactly 22 canonical characters. */
bool id_from_text(const char *text, size_t len, struct id *ret) NONNULL(1, 3) CHECK_RESULT;
/* 8-4-4-4-12 as PostgreSQL prints it. */
bool id_from_uuid(const char *uuid, struct id *ret) NONNULL(1, 2) CHECK_RESULT;
/* The time in it, in microseconds since the epoch. */
int64_t id_time(const struct id *id) NONNULL(1);
/* Writes the 48-bit time field and the UUIDv7 version and variant bits over random bytes. */
void id_stamp(struct id *id, int64_t now) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replay-Nonce without state on the issuing side (RFC 8555 6.5):
 *   id (16 bytes: UUIDv7, so time and 74 random bits) | key id modulo 256 (1 byte) | HMAC-SHA-256 of both, 16 bytes
 * as 44 characters of base64url.  Keys are shared through the database.  Spent ids are recorded there, in an unlogged
 * table; when a crash empties it, the database retires all keys, so nothing that was spent can come back.
 */
#ifndef CHERT_ACME_NONCE_H
#define CHERT_ACME_NONCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/problem.h"

#define NONCE_LEN      44
#define NONCE_KEY_LEN  32
#define NONCE_KEYS_MAX 64

struct nonce {
	struct id id;
	int64_t   key_id;
};

struct nonce_key {
	int64_t id;
	int64_t active_from; /* microseconds */
	uint8_t key[NONCE_KEY_LEN];
};

struct nonce_keys {
	struct nonce_key keys[NONCE_KEYS_MAX];
	size_t           n;
};

void nonce_keys_add(struct nonce_keys *keys, int64_t id, int64_t active_from, const uint8_t key[NONCE_KEY_LEN])
	NONNULL(1, 4);
/*
 * The key that became active last, to make something under; the newest one whose id ends in this byte.  NULL:
 * there is none.
 */
const struct nonce_key *nonce_keys_newest(const struct nonce_keys *keys, int64_t now) NONNULL(1);
const struct nonce_key *nonce_keys_find(const struct nonce_keys *keys, uint8_t key_byte) NONNULL(1);
/* A fresh nonce under the newest active key; false when there is no key.  out: NONCE_LEN + 1. */
bool nonce_make(const struct nonce_keys *keys, int64_t now, char *out) NONNULL(1, 3) CHECK_RESULT;

/*
 * PROB_MALFORMED: not base64url.  PROB_BAD_NONCE: not ours, MAC wrong, too old (now - lifetime), or from the future by
 * more than a minute.  *ret_unknown_key is set when it names a key that is not among `keys`: the caller may load them
 * again.
 */
int nonce_check(const struct nonce_keys *keys, const char *text, int64_t now, int64_t lifetime, struct nonce *ret,
                bool *ret_unknown_key, struct problem *p) NONNULL(1, 2, 5, 6, 7) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Account keys by account id.  Bounded, and never wrong: every SQL call gets the key version and answers staleKey if
 * the account has another one by now; and what a cached key does not verify is tried with the account's present one.
 */
#ifndef CHERT_RESPONDER_KEY_CACHE_H
#define CHERT_RESPONDER_KEY_CACHE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/id.h"
#include "pki/jwk.h"

struct key_cache;

struct key_cache *key_cache_new(void) RETURNS_NONNULL;
void              key_cache_free(struct key_cache *cache);
DEFINE_FREEP(key_cache, struct key_cache *, key_cache_free);

/* NULL when it is not there; borrowed until the next put or evict. */
const struct jwk *key_cache_get(struct key_cache *cache, const struct id *account, int64_t *ret_version)
	NONNULL(1, 2, 3);
/* Takes ownership of the key; drops the least recently used one of the same set when that is full. */
void key_cache_put(struct key_cache *cache, const struct id *account, struct jwk *key, int64_t version)
	NONNULL(1, 2, 3);
void key_cache_evict(struct key_cache *cache, const struct id *account) NONNULL(1, 2);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/key-cache.h"

#include <string.h>

#include "base/mem.h"

#define SETS 256 /* a power of two, at most 256: the set is a byte of the id */
#define WAYS 8

struct entry {
	struct id   account;
	struct jwk *key; /* NULL: free */
	int64_t     version;
};

/* Set-associative; each set keeps its entries in order of use, so that the last one is the one to drop. */
struct key_cache {
	struct entry sets[SETS][WAYS];
};

struct key_cache *key_cache_new(void)
{
	return xcalloc(1, sizeof(struct key_cache));
}

void key_cache_free(struct key_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t j = 0; j < WAYS; j++)
			jwk_free(cache->sets[i][j].key);
	free(cache);
}

/* The last byte of an id is random: chosen by the database, so nobody can crowd one set at will. */
static struct entry *set_of(struct key_cache *cache, const struct id *account)
{
	return cache->sets[account->b[sizeof(account->b) - 1] % SETS];
}

/* Moves entry i of a set to its front. */
static void touch(struct entry *set, size_t i)
{
	struct entry e = set[i];

	memmove(set + 1, set, i * sizeof(*set));
	set[0] = e;
}

static size_t find(const struct entry *set, const struct id *account)
{
	size_t i = 0;

	while (i < WAYS && !(set[i].key && memcmp(&set[i].account, account, sizeof(*account)) == 0))
		i++;
	return i;
}

const struct jwk *key_cache_get(struct key_cache *cache, const struct id *account, int64_t *ret_version)
{
	struct entry *set = set_of(cache, account);
	size_t        i = find(set, account);

	if (i == WAYS)
		return NULL;
	touch(set, i);
	*ret_version = set[0].version;
	return set[0].key;
}

void key_cache_put(struct key_cache *cache, const struct id *account, struct jwk *key, int64_t version)
{
	struct entry *set = set_of(cache, account);
	size_t        i = find(set, account);

	if (i == WAYS)
		i--;
	jwk_free(set[i].key);
	set[i] = (struct entry){ .account = *account, .key = key, .version = version };
	touch(set, i);
}

void key_cache_evict(struct key_cache *cache, const struct id *account)
{
	struct entry *set = set_of(cache, account);
	size_t        i = find(set, account);

	if (i == WAYS)
		return;
	jwk_free(set[i].key);
	memmove(set + i, set + i + 1, (WAYS - 1 - i) * sizeof(*set));
	set[WAYS - 1] = (struct entry){ 0 };
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/nonce.h"

#include <string.h>

#include "base/b64u.h"
#include "base/clk.h"
#include "pki/gnutls.h"

#define MAC_LEN        16 /* of HMAC-SHA-256's 32 */
#define FUTURE_ALLOWED CLK_MINUTE

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct wire_nonce {
	struct id id;
	uint8_t   key_byte;
	uint8_t   mac[MAC_LEN];
};
_Static_assert(sizeof(struct wire_nonce) == 33, "no padding");
_Static_assert(B64U_LEN(sizeof(struct wire_nonce)) == NONCE_LEN, "the length that nonce.h states");

void nonce_keys_add(struct nonce_keys *keys, int64_t id, int64_t active_from, const uint8_t key[NONCE_KEY_LEN])
{
	size_t at = 0;

	while (at < keys->n && keys->keys[at].id != id)
		at++;
	if (at == NONCE_KEYS_MAX) {
		at = 0;
		for (size_t i = 1; i < keys->n; i++)
			at = keys->keys[i].id < keys->keys[at].id ? i : at;
		if (id < keys->keys[at].id)
			return;
	}
	if (at == keys->n)
		keys->n++;
	keys->keys[at].id = id;
	keys->keys[at].active_from = active_from;
	memcpy(keys->keys[at].key, key, NONCE_KEY_LEN);
}

static bool compute_mac(const uint8_t key[NONCE_KEY_LEN], const struct wire_nonce *nonce, uint8_t mac[MAC_LEN])
{
	uint8_t full[32];

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, NONCE_KEY_LEN, nonce, offsetof(struct wire_nonce, mac), full) < 0)
		return false;
	memcpy(mac, full, MAC_LEN);
	return true;
}

/*
 * Keys are made some time before they are used, so that every worker has loaded them by then; where the clock says
 * that none is active yet, the one that will be first is as good.
 */
const struct nonce_key *nonce_keys_newest(const struct nonce_keys *keys, int64_t now)
{
	const struct nonce_key *best = keys->n ? keys->keys : NULL;

	for (size_t i = 1; i < keys->n; i++) {
		const int64_t a = best->active_from, b = keys->keys[i].active_from;

		if (a > now ? b < a : b <= now && b >= a)
			best = &keys->keys[i];
	}
	return best;
}

const struct nonce_key *nonce_keys_find(const struct nonce_keys *keys, uint8_t key_byte)
{
	const struct nonce_key *best = NULL;

	for (size_t i = 0; i < keys->n; i++) {
		if (keys->keys[i].id % 256 == key_byte && (!best || keys->keys[i].id > best->id))
			best = &keys->keys[i];
	}
	return best;
}

bool nonce_make(const struct nonce_keys *keys, int64_t now, char *out)
{
	const struct nonce_key *key = nonce_keys_newest(keys, now);
	struct wire_nonce       nonce;

	if (!key || gnutls_rnd(GNUTLS_RND_NONCE, &nonce.id, sizeof(nonce.id)) < 0)
		return false;
	id_stamp(&nonce.id, now);
	nonce.key_byte = (uint8_t)(key->id % 256);
	if (!compute_mac(key->key, &nonce, nonce.mac))
		return false;
	b64u_encode(&nonce, sizeof(nonce), out);
	return true;
}

static bool is_genuine(const uint8_t key[NONCE_KEY_LEN], const struct wire_nonce *nonce)
{
	uint8_t mac[MAC_LEN];

	return compute_mac(key, nonce, mac) && gnutls_memcmp(mac, nonce->mac, MAC_LEN) == 0;
}

/* One sentence for all reasons: clients match it, and whoever guesses learns nothing. */
static int bad_nonce(struct problem *p, const char *cause)
{
	problem_set(p, PROB_BAD_NONCE, "JWS has an invalid anti-replay nonce");
	return problem_cause(p, "%s", cause);
}

int nonce_check(const struct nonce_keys *keys, const char *text, int64_t now, int64_t lifetime, struct nonce *ret,
                bool *ret_unknown_key, struct problem *p)
{
	const struct nonce_key *key;
	struct wire_nonce       nonce;
	size_t                  len = strlen(text), n;
	int64_t                 made;

	*ret_unknown_key = false;
	if (len == 0 || strspn(text, alphabet) != len)
		return problem_set(p, PROB_MALFORMED, "nonce is not base64url");
	if (len != NONCE_LEN || !b64u_decode(text, len, &nonce, sizeof(nonce), &n))
		return bad_nonce(p, "not the length of a nonce");
	key = nonce_keys_find(keys, nonce.key_byte);
	if (!key) {
		*ret_unknown_key = true;
		return bad_nonce(p, "unknown key");
	}
	if (!is_genuine(key->key, &nonce))
		return bad_nonce(p, "wrong MAC");
	made = id_time(&nonce.id);
	if (made < now - lifetime)
		return bad_nonce(p, "too old");
	if (made > now + FUTURE_ALLOWED)
		return bad_nonce(p, "from the future");
	*ret = (struct nonce){ .id = nonce.id, .key_id = key->id };
	return 0;
}

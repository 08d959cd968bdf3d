/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/terms-proof.h"

#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "pki/gnutls.h"

#define MAC_LEN     16
#define VERSION_MAX 1000

struct wire_proof {
	uint8_t key_byte;
	uint8_t mac[MAC_LEN];
};
_Static_assert(2 * sizeof(struct wire_proof) == TERMS_PROOF_LEN, "the length that terms-proof.h states");

/* What goes under the MAC is longer than what a nonce puts there, so neither can pass for the other. */
static bool compute_mac(const struct nonce_key *key, const struct id *account, const char *version,
                        uint8_t mac[MAC_LEN])
{
	auto_clear(buf) struct buf input = BUF_INIT(VERSION_MAX);
	uint8_t                    full[32];

	buf_adds(&input, "terms");
	buf_add(&input, account, sizeof(*account));
	buf_adds(&input, version);
	if (input.failed ||
	    gnutls_hmac_fast(GNUTLS_MAC_SHA256, key->key, sizeof(key->key), input.data, input.len, full) < 0)
		return false;
	memcpy(mac, full, MAC_LEN);
	return true;
}

bool terms_proof_make(const struct nonce_keys *keys, int64_t now, const struct id *account, const char *version,
                      char *out)
{
	const struct nonce_key *key = nonce_keys_newest(keys, now);
	struct wire_proof       proof;

	if (!key || !compute_mac(key, account, version, proof.mac))
		return false;
	proof.key_byte = (uint8_t)(key->id % 256);
	hex_encode(&proof, sizeof(proof), out);
	return true;
}

bool terms_proof_is_good(const struct nonce_keys *keys, const struct id *account, const char *version,
                         const char *proof)
{
	const struct nonce_key *key;
	struct wire_proof       given;
	uint8_t                 mac[MAC_LEN];

	if (!hex_decode(proof, strlen(proof), &given, sizeof(given)))
		return false;
	key = nonce_keys_find(keys, given.key_byte);
	return key && compute_mac(key, account, version, mac) && gnutls_memcmp(mac, given.mac, MAC_LEN) == 0;
}

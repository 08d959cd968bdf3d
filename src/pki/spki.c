/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/spki.h"

#include <string.h>

#include "base/mem.h"

static const char *const curve_types[] = {
	[JWK_P256] = "p-256",
	[JWK_P384] = "p-384",
	[JWK_P521] = "p-521",
	[JWK_ED25519] = "ed25519",
};

static void set_type(struct spki *spki, enum jwk_kind kind)
{
	unsigned bits = 0;

	if (kind == JWK_RSA) {
		(void)gnutls_pubkey_get_pk_algorithm(spki->key, &bits);
		snprintf(spki->type, sizeof(spki->type), "rsa-%u", bits);
	} else {
		snprintf(spki->type, sizeof(spki->type), "%s", curve_types[kind]);
	}
}

static int check_type(const char *type, const struct conf_list *types, struct problem *p)
{
	if (conf_list_has(types, type))
		return 0;
	return problem_set(p, PROB_BAD_CSR, "keys of type %s are not permitted here", type);
}

/* All that makes an account key unfit makes a certificate's key unfit. */
static int check_key(struct spki *spki, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	auto_(jwk) struct jwk             *jwk = NULL;

	if (jwk_from_pubkey(spki->key, &jwk, &why) < 0) {
		problem_set(p, why.code == PROB_INTERNAL ? PROB_INTERNAL : PROB_BAD_CSR, "public key is refused: %s",
		            why.detail);
		return problem_cause(p, "%s", why.cause);
	}
	memcpy(spki->thumbprint, jwk->thumbprint, sizeof(spki->thumbprint));
	set_type(spki, jwk->kind);
	return 0;
}

/* GnuTLS reads more than DER: lax lengths, a negative modulus, an algorithm without its NULL. */
static int set_der(struct spki *spki, const void *der, size_t len, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t canonical = { 0 };
	int                               r = gnutls_pubkey_export2(spki->key, GNUTLS_X509_FMT_DER, &canonical);

	if (r < 0)
		return problem_gnutls(p, PROB_BAD_CSR, r, "public key cannot be encoded");
	if (canonical.size != len || memcmp(canonical.data, der, len) != 0)
		return problem_set(p, PROB_BAD_CSR, "public key is not in its canonical DER encoding");
	spki->der = xmemdup(der, len);
	spki->der_len = len;
	return 0;
}

static int import(const void *der, size_t len, gnutls_pubkey_t *ret, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	auto_free void                *copy = NULL;
	int                            r;

	if (len > SPKI_MAX)
		return problem_set(p, PROB_BAD_CSR, "public key of %zu bytes exceeds %d", len, SPKI_MAX);
	r = gnutls_pubkey_init(&key);
	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "cannot allocate a public key");
	copy = xmemdup(der, len);
	r = gnutls_pubkey_import(key, &(gnutls_datum_t){ copy, (unsigned)len }, GNUTLS_X509_FMT_DER);
	if (r < 0)
		return problem_gnutls(p, PROB_BAD_CSR, r, "public key is not of a supported type, or not well-formed");
	*ret = steal(key);
	return 0;
}

int spki_from_der(const void *der, size_t len, const struct conf_list *types, struct spki **ret, struct problem *p)
{
	auto_(spki) struct spki *spki = xcalloc(1, sizeof(*spki));
	int                      r = import(der, len, &spki->key, p);

	if (r == 0)
		r = check_key(spki, p);
	if (r == 0)
		r = check_type(spki->type, types, p);
	if (r == 0)
		r = set_der(spki, der, len, p);
	if (r < 0)
		return r;
	*ret = steal(spki);
	return 0;
}

/* A copy by way of DER, so that the caller keeps the key it has. */
int spki_from_pubkey(gnutls_pubkey_t key, const struct conf_list *types, struct spki **ret, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t der = { 0 };
	int                               r = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der);

	if (r < 0)
		return problem_gnutls(p, PROB_BAD_CSR, r, "public key cannot be encoded");
	return spki_from_der(der.data, der.size, types, ret, p);
}

void spki_free(struct spki *spki)
{
	if (!spki)
		return;
	if (spki->key)
		gnutls_pubkey_deinit(spki->key);
	free(spki->der);
	free(spki);
}

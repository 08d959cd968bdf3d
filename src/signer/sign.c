/* SPDX-License-Identifier: BSD-2-Clause */
#include "signer/sign.h"

#include "base/mem.h"
#include "pki/crt.h"
#include "pki/der.h"
#include "signer/issuer.h"

#define WRAPPING 32 /* headers around TBSCertificate and signature */

static const uint8_t ecdsa_sha256[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
static const uint8_t ecdsa_sha384[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 };
static const uint8_t ecdsa_sha512[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 };
static const uint8_t rsa_sha256[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
	                              0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00 };

#define IDENTIFIER(a) (a), sizeof(a)
static const struct sign_alg algs[] = {
	{ GNUTLS_PK_ECDSA, 256, 256, GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_DIG_SHA256, IDENTIFIER(ecdsa_sha256) },
	{ GNUTLS_PK_ECDSA, 384, 384, GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_DIG_SHA384, IDENTIFIER(ecdsa_sha384) },
	{ GNUTLS_PK_ECDSA, 521, 521, GNUTLS_SIGN_ECDSA_SHA512, GNUTLS_DIG_SHA512, IDENTIFIER(ecdsa_sha512) },
	{ GNUTLS_PK_RSA, 2048, 8192, GNUTLS_SIGN_RSA_SHA256, GNUTLS_DIG_SHA256, IDENTIFIER(rsa_sha256) },
};

const struct sign_alg *sign_alg_for(gnutls_pubkey_t key)
{
	unsigned bits = 0;
	int      pk = gnutls_pubkey_get_pk_algorithm(key, &bits);

	for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
		if ((int)algs[i].pk == pk && bits >= algs[i].min_bits && bits <= algs[i].max_bits)
			return &algs[i];
	}
	return NULL;
}

/* Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 4.1) */
static void wrap(const struct issuer *issuer, const void *tbs, size_t len, const gnutls_datum_t *signature,
                 struct der_out *out)
{
	static const uint8_t no_unused_bits = 0;
	const uint8_t       *end = out->pos;

	der_put_raw(out, signature->data, signature->size);
	der_put_raw(out, &no_unused_bits, sizeof(no_unused_bits));
	der_wrap(out, end, DER_BIT_STRING);
	der_put_raw(out, issuer->alg->identifier, issuer->alg->identifier_len);
	der_put_raw(out, tbs, len);
	der_wrap(out, end, DER_SEQUENCE);
}

/* gnutls_x509_crt_verify() succeeds whatever it finds: the outcome is in the status word. */
static int prove(const struct issuer *issuer, const void *der, size_t len, struct problem *p)
{
	auto_(gcrt) gnutls_x509_crt_t     crt = NULL;
	auto_clear(gdatum) gnutls_datum_t why = { NULL, 0 };
	unsigned                          status = 0;
	int                               r;

	r = crt_from_der(der, len, &crt, p);
	if (r < 0)
		return r;
	r = gnutls_x509_crt_verify(crt, &issuer->crt, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status);
	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "signed certificate cannot be verified");
	if (status == 0)
		return 0;
	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &why, 0);
	problem_set(p, PROB_INTERNAL, "signed certificate does not verify against its issuer");
	return problem_cause(p, "status 0x%x: %.*s", status, (int)why.size, (const char *)why.data);
}

int sign_tbs(const struct issuer *issuer, const void *tbs, size_t len, uint8_t **ret, size_t *ret_len,
             struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t signature = { NULL, 0 };
	auto_free uint8_t                *bytes = xmemdup(tbs, len), *room = NULL;
	gnutls_datum_t                    data = { bytes, (unsigned)len };
	struct der_out                    out;
	size_t                            size;
	int                               r;

	r = gnutls_privkey_sign_data2(issuer->key, issuer->alg->sign, GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE, &data,
	                              &signature);
	if (r < 0)
		return problem_gnutls(p, PROB_UNAVAILABLE, r, "key of issuer %s did not sign", issuer->name);
	size = len + signature.size + issuer->alg->identifier_len + WRAPPING;
	room = xcalloc(1, size);
	der_out_init(&out, room, size);
	wrap(issuer, tbs, len, &signature, &out);
	if (out.failed)
		return problem_set(p, PROB_INTERNAL, "certificate does not fit into %zu bytes", size);
	size = (size_t)(out.end - out.pos);
	r = prove(issuer, out.pos, size, p);
	if (r < 0)
		return r;
	*ret = xmemdup(out.pos, size);
	*ret_len = size;
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/ca-crt.h"

#include <string.h>
#include <time.h>

#include "base/clk.h"
#include "base/id.h"
#include "signer/sign.h"

#define KEY_ID_LEN 20   /* RFC 7093 2: the leftmost 160 bits of a SHA-256 */
#define BACKDATE   3600 /* for clocks that are slow */
#define DAY        86400

static const struct {
	const char           *name;
	gnutls_pk_algorithm_t pk;
	unsigned              bits;
} key_types[] = {
	{ "p-256", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
	{ "p-384", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
	{ "rsa-3072", GNUTLS_PK_RSA, 3072 },
	{ "rsa-4096", GNUTLS_PK_RSA, 4096 },
};

int ca_key_generate(const char *type, gnutls_x509_privkey_t *ret, struct problem *p)
{
	auto_(gx509key) gnutls_x509_privkey_t key = NULL;
	size_t                                i = 0;
	int                                   r;

	while (i < ARRAY_LEN(key_types) && strcmp(key_types[i].name, type) != 0)
		i++;
	if (i == ARRAY_LEN(key_types))
		return problem_set(p, PROB_CONFIG, "%.40s is no key type, expected " CA_KEY_TYPES, type);
	r = gnutls_x509_privkey_init(&key);
	if (r == 0)
		r = gnutls_x509_privkey_generate(key, key_types[i].pk, key_types[i].bits, 0);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "no key could be generated");
	*ret = steal(key);
	return 0;
}

static int set_subject(gnutls_x509_crq_t crq, const struct ca_subject *subject)
{
	const struct {
		const char *oid, *value;
	} parts[] = {
		{ GNUTLS_OID_X520_COUNTRY_NAME, subject->country },
		{ GNUTLS_OID_X520_ORGANIZATION_NAME, subject->organization },
		{ GNUTLS_OID_X520_COMMON_NAME, subject->name },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(parts); i++) {
		if (parts[i].value)
			r = gnutls_x509_crq_set_dn_by_oid(crq, parts[i].oid, 0, parts[i].value,
			                                  (unsigned)strlen(parts[i].value));
	}
	return r;
}

static int fill_request(gnutls_x509_crq_t crq, const struct ca_subject *subject, gnutls_x509_privkey_t key)
{
	auto_(gprivkey) gnutls_privkey_t signer = NULL;
	int                              r = gnutls_x509_crq_set_version(crq, 1);

	if (r == 0)
		r = set_subject(crq, subject);
	if (r == 0)
		r = gnutls_x509_crq_set_key(crq, key);
	if (r == 0)
		r = gnutls_privkey_init(&signer);
	if (r == 0)
		r = gnutls_privkey_import_x509(signer, key, GNUTLS_PRIVKEY_IMPORT_COPY);
	return r < 0 ? r : gnutls_x509_crq_privkey_sign(crq, signer, GNUTLS_DIG_SHA256, 0);
}

int ca_request(const struct ca_subject *subject, gnutls_x509_privkey_t key, gnutls_x509_crq_t *ret, struct problem *p)
{
	auto_(gcrq) gnutls_x509_crq_t crq = NULL;
	int                           r = gnutls_x509_crq_init(&crq);

	if (r == 0)
		r = fill_request(crq, subject, key);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "no request could be made for CN %.64s", subject->name);
	*ret = steal(crq);
	return 0;
}

static int set_serial(gnutls_x509_crt_t crt)
{
	struct id serial;
	int       r = gnutls_rnd(GNUTLS_RND_RANDOM, serial.b, sizeof(serial.b));

	if (r < 0)
		return r;
	id_stamp(&serial, clk_now());
	return gnutls_x509_crt_set_serial(crt, serial.b, sizeof(serial.b));
}

static int set_key_id(gnutls_x509_crt_t crt)
{
	uint8_t id[32];
	size_t  len = sizeof(id);
	int     r = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, id, &len);

	return r < 0 ? r : gnutls_x509_crt_set_subject_key_id(crt, id, KEY_ID_LEN);
}

static int set_validity(gnutls_x509_crt_t crt, int64_t days, time_t latest)
{
	const time_t start = (time_t)(clk_now() / CLK_SECOND) - BACKDATE;
	time_t       end = start + (time_t)days * DAY - 1;
	int          r;

	if (latest && end > latest)
		end = latest;
	r = gnutls_x509_crt_set_activation_time(crt, start);
	return r < 0 ? r : gnutls_x509_crt_set_expiration_time(crt, end);
}

/* A root stands above any number of CAs, an intermediate issues TLS server certificates and no CA's. */
static int set_role(gnutls_x509_crt_t crt, bool root)
{
	int r = gnutls_x509_crt_set_basic_constraints(crt, 1, root ? -1 : 0);

	if (r == 0)
		r = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	if (r == 0 && !root)
		r = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	return r;
}

static int set_fields(gnutls_x509_crt_t crt, gnutls_x509_crq_t request, gnutls_x509_crt_t parent, int64_t days)
{
	int r = gnutls_x509_crt_set_version(crt, 3);

	if (r == 0)
		r = gnutls_x509_crt_set_crq(crt, request);
	if (r == 0)
		r = set_serial(crt);
	if (r == 0)
		r = set_validity(crt, days, parent ? gnutls_x509_crt_get_expiration_time(parent) : 0);
	if (r == 0)
		r = set_role(crt, !parent);
	return r < 0 ? r : set_key_id(crt);
}

/* RFC 5280 4.2.1.1: a root needs none. */
static int set_parent(gnutls_x509_crt_t crt, gnutls_x509_crt_t parent)
{
	uint8_t  id[64];
	size_t   len = sizeof(id);
	unsigned critical;
	int      r = gnutls_x509_crt_get_subject_key_id(parent, id, &len, &critical);

	return r < 0 ? r : gnutls_x509_crt_set_authority_key_id(crt, id, len);
}

/* GnuTLS gives a signed certificate's fields only after it was read again. */
static int reimport(gnutls_x509_crt_t crt, gnutls_x509_crt_t *ret)
{
	auto_(gcrt) gnutls_x509_crt_t     again = NULL;
	auto_clear(gdatum) gnutls_datum_t der = { NULL, 0 };
	int                               r = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der);

	if (r == 0)
		r = gnutls_x509_crt_init(&again);
	if (r == 0)
		r = gnutls_x509_crt_import(again, &der, GNUTLS_X509_FMT_DER);
	if (r == 0)
		*ret = steal(again);
	return r;
}

static int check_request(gnutls_x509_crq_t request, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	char                           dn[512];
	size_t                         len = sizeof(dn);
	int                            r;

	if (gnutls_x509_crq_verify(request, 0) < 0)
		return problem_set(p, PROB_CONFIG, "the request's signature does not verify");
	if (gnutls_x509_crq_get_dn(request, dn, &len) < 0 || len == 0 || !*dn)
		return problem_set(p, PROB_CONFIG, "the request has no usable subject");
	r = gnutls_pubkey_init(&key);
	if (r == 0)
		r = gnutls_pubkey_import_x509_crq(key, request, 0);
	if (r < 0 || !sign_alg_for(key))
		return problem_set(p, PROB_CONFIG,
		                   "the request has a key that chert does not sign with, expected " SIGN_KEYS);
	return 0;
}

static int sign(gnutls_x509_crt_t crt, gnutls_x509_crt_t parent, gnutls_privkey_t key)
{
	auto_(gpubkey) gnutls_pubkey_t public = NULL;
	const struct sign_alg *alg;
	int                    r = gnutls_pubkey_init(&public);

	if (r == 0)
		r = gnutls_pubkey_import_privkey(public, key, 0, 0);
	if (r < 0)
		return r;
	alg = sign_alg_for(public);
	return alg ? gnutls_x509_crt_privkey_sign(crt, parent, key, alg->digest, 0)
	           : GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
}

int ca_crt_sign(gnutls_x509_crq_t request, gnutls_x509_crt_t parent, gnutls_privkey_t key, int64_t days,
                gnutls_x509_crt_t *ret, struct problem *p)
{
	auto_(gcrt) gnutls_x509_crt_t crt = NULL;
	int                           r = check_request(request, p);

	if (r < 0)
		return r;
	r = gnutls_x509_crt_init(&crt);
	if (r == 0)
		r = set_fields(crt, request, parent, days);
	if (r == 0 && parent)
		r = set_parent(crt, parent);
	if (r == 0)
		r = sign(crt, parent ? parent : crt, key);
	if (r == 0)
		r = reimport(crt, ret);
	return r < 0 ? problem_gnutls(p, PROB_SYSTEM, r, "the certificate could not be made") : 0;
}

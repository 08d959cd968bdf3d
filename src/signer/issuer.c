/* SPDX-License-Identifier: BSD-2-Clause */
#include "signer/issuer.h"

#include <string.h>

#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"
#include "pki/crt.h"
#include "signer/keystore.h"

#define CHAIN_TEXT_MAX (ISSUER_CHAIN_MAX * 2 * CRT_MAX)

struct crts {
	gnutls_x509_crt_t items[ISSUER_CHAIN_MAX];
	size_t            n;
};

static void crts_clear(struct crts *crts)
{
	for (size_t i = 0; i < crts->n; i++)
		gnutls_x509_crt_deinit(crts->items[i]);
}

static char *name_text(gnutls_x509_crt_t crt, int (*get)(gnutls_x509_crt_t crt, gnutls_datum_t *ret, unsigned flags))
{
	auto_clear(gdatum) gnutls_datum_t dn = { NULL, 0 };

	if (get(crt, &dn, 0) < 0)
		return xstrdup("without subject");
	return xasprintf("%.*s", (int)dn.size, (const char *)dn.data);
}

char *issuer_subject(gnutls_x509_crt_t crt)
{
	return name_text(crt, gnutls_x509_crt_get_dn3);
}

static bool is_root(gnutls_x509_crt_t crt)
{
	return gnutls_x509_crt_check_issuer(crt, crt) == 1;
}

static bool same(const gnutls_datum_t *d, const void *bytes, size_t len)
{
	return d->size == len && memcmp(d->data, bytes, len) == 0;
}

/* RFC 5280 4.2.1.12: no such extension permits all. */
static bool may_serve(gnutls_x509_crt_t crt)
{
	char     oid[64];
	unsigned i, critical;
	int      r = 0;

	for (i = 0; r >= 0; i++) {
		size_t len = sizeof(oid);

		r = gnutls_x509_crt_get_key_purpose_oid(crt, i, oid, &len, &critical);
		if (r >= 0 && (strcmp(oid, GNUTLS_KP_TLS_WWW_SERVER) == 0 || strcmp(oid, GNUTLS_KP_ANY) == 0))
			return true;
	}
	return i == 1 && r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

/* A CA with so many CAs between it and the end entity's certificate (RFC 5280 4.2.1.3, 4.2.1.9). */
static int check_ca(gnutls_x509_crt_t crt, int n_below, const char *file, struct problem *p)
{
	auto_free char *subject = issuer_subject(crt);
	unsigned        critical, ca = 0, usage = 0;
	int             pathlen = -1;

	if (gnutls_x509_crt_get_version(crt) != 3 ||
	    gnutls_x509_crt_get_basic_constraints(crt, &critical, &ca, &pathlen) < 0 || !ca)
		return problem_set(p, PROB_CONFIG, "%s: %.150s is no CA: expected basicConstraints with CA:TRUE", file,
		                   subject);
	if (pathlen >= 0 && pathlen < n_below)
		return problem_set(p, PROB_CONFIG, "%s: %.150s permits %d CAs below it, here are %d", file, subject,
		                   pathlen, n_below);
	if (gnutls_x509_crt_get_key_usage(crt, &usage, &critical) < 0 || !(usage & GNUTLS_KEY_KEY_CERT_SIGN))
		return problem_set(p, PROB_CONFIG,
		                   "%s: %.150s may not sign certificates: expected keyUsage with keyCertSign", file,
		                   subject);
	if (!may_serve(crt))
		return problem_set(p, PROB_CONFIG,
		                   "%s: %.150s is not for TLS servers: expected extKeyUsage with serverAuth, or "
		                   "none",
		                   file, subject);
	if (gnutls_x509_crt_get_expiration_time(crt) * CLK_SECOND <= clk_now())
		return problem_set(p, PROB_CONFIG, "%s: %.150s has expired", file, subject);
	return 0;
}

static int check_link(gnutls_x509_crt_t below, gnutls_x509_crt_t above, const char *file, struct problem *p)
{
	auto_free char *lower = issuer_subject(below), *upper = issuer_subject(above);
	unsigned        status = 0;

	if (gnutls_x509_crt_check_issuer(below, above) == 1 &&
	    gnutls_x509_crt_verify(below, &above, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) == 0 && status == 0)
		return 0;
	return problem_set(p, PROB_CONFIG, "%s is not in order: %.150s was not issued by %.150s", file, lower, upper);
}

/* Whether each from crts->items[first] upwards has issued the one below it; bottom is below the first. */
static int check_order(const struct crts *crts, size_t first, gnutls_x509_crt_t bottom, const char *file,
                       struct problem *p)
{
	gnutls_x509_crt_t below = bottom;
	int               r = 0;

	for (size_t i = first; r == 0 && i < crts->n; i++) {
		r = check_link(below, crts->items[i], file, p);
		if (r == 0)
			r = check_ca(crts->items[i], (int)(i - first) + 1, file, p);
		below = crts->items[i];
	}
	return r;
}

static int add_pem(struct buf *out, gnutls_x509_crt_t crt, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t der = { NULL, 0 };
	int                               r = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der);

	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "certificate cannot be encoded");
	crt_add_pem(out, der.data, der.size);
	return 0;
}

/* A root would only cost clients bytes (RFC 8446 4.4.2). */
static int add_crts(struct buf *pem, const struct crts *crts, const char *file, struct problem *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < crts->n; i++) {
		if (!is_root(crts->items[i]))
			r = add_pem(pem, crts->items[i], p);
	}
	if (r == 0 && pem->failed)
		r = problem_set(p, PROB_CONFIG, "chain %s is too long", file);
	return r;
}

/* What clients get after their own certificate. */
static int make_chain(struct issuer *issuer, const char *file, struct problem *p)
{
	size_t                       own;
	auto_clear(crts) struct crts crts = { { NULL }, 0 };
	auto_clear(buf) struct buf   pem = BUF_INIT(CHAIN_TEXT_MAX);
	int                          r;

	r = add_pem(&pem, issuer->crt, p);
	own = pem.len;
	if (r == 0 && file && *file)
		r = crt_from_file(file, crts.items, ARRAY_LEN(crts.items), &crts.n, p);
	if (r == 0)
		r = check_order(&crts, 0, issuer->crt, file, p);
	if (r == 0)
		r = add_crts(&pem, &crts, file, p);
	if (r < 0)
		return r;
	issuer->chain = buf_steal(&pem);
	issuer->above = issuer->chain + own;
	issuer->root = name_text(crts.n > 0 ? crts.items[crts.n - 1] : issuer->crt, gnutls_x509_crt_get_issuer_dn3);
	return 0;
}

/*
 * Of what lies between two certificates of one issuer, all that its signatures depend on: name,
 * key and key identifier.
 */
static int check_same_issuer(const struct issuer *issuer, gnutls_x509_crt_t crt, const char *file, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t name = { NULL, 0 };
	uint8_t                           key_id[ISSUER_KEY_ID_MAX], own_key[32], key[32];
	size_t                            key_id_len = sizeof(key_id), own_len = sizeof(own_key), len = sizeof(key);
	unsigned                          critical;
	int                               r = gnutls_x509_crt_get_raw_dn(crt, &name);

	if (r == 0)
		r = gnutls_x509_crt_get_subject_key_id(crt, key_id, &key_id_len, &critical);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, key, &len);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(issuer->crt, GNUTLS_KEYID_USE_SHA256, own_key, &own_len);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r,
		                      "%s: its first certificate cannot be compared with the issuer's", file);
	if (same(&name, issuer->subject.data, issuer->subject.size) && key_id_len == issuer->key_id_len &&
	    memcmp(key_id, issuer->key_id, key_id_len) == 0 && len == own_len && memcmp(key, own_key, len) == 0)
		return 0;
	return problem_set(p, PROB_CONFIG,
	                   "%s does not start with a certificate of the issuer: expected its subject, key and key "
	                   "identifier",
	                   file);
}

static int make_alternate(struct issuer *issuer, const char *file, struct problem *p)
{
	auto_clear(crts) struct crts crts = { { NULL }, 0 };
	auto_clear(buf) struct buf   pem = BUF_INIT(CHAIN_TEXT_MAX);
	int                          r;

	r = crt_from_file(file, crts.items, ARRAY_LEN(crts.items), &crts.n, p);
	if (r == 0)
		r = check_same_issuer(issuer, crts.items[0], file, p);
	if (r == 0)
		r = check_ca(crts.items[0], 0, file, p);
	if (r == 0)
		r = check_order(&crts, 1, crts.items[0], file, p);
	if (r == 0)
		r = add_crts(&pem, &crts, file, p);
	if (r < 0)
		return r;
	issuer->alternates[issuer->n_alternates++] = buf_steal(&pem);
	return 0;
}

static int make_alternates(struct issuer *issuer, const struct conf_list *files, struct problem *p)
{
	int r = 0;

	issuer->alternates = xcalloc(files->n, sizeof(*issuer->alternates));
	for (size_t i = 0; r == 0 && i < files->n; i++)
		r = make_alternate(issuer, files->items[i], p);
	return r;
}

/* What the certificates to come are made from. */
static int read_facts(struct issuer *issuer, const char *file, struct problem *p)
{
	unsigned critical;
	int      r;

	issuer->key_id_len = sizeof(issuer->key_id);
	r = gnutls_x509_crt_get_subject_key_id(issuer->crt, issuer->key_id, &issuer->key_id_len, &critical);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r,
		                      "certificate %s has no usable subject key identifier, as RFC 5280 "
		                      "demands of a CA",
		                      file);
	r = gnutls_x509_crt_get_raw_dn(issuer->crt, &issuer->subject);
	if (r == 0)
		r = gnutls_x509_crt_export2(issuer->crt, GNUTLS_X509_FMT_DER, &issuer->der);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "certificate %s cannot be encoded", file);
	issuer->not_before = gnutls_x509_crt_get_activation_time(issuer->crt) * CLK_SECOND;
	issuer->not_after = gnutls_x509_crt_get_expiration_time(issuer->crt) * CLK_SECOND;
	return 0;
}

static int read_constraints(struct issuer *issuer, const char *file, struct problem *p)
{
	unsigned critical;
	int      r;

	r = gnutls_x509_name_constraints_init(&issuer->constraints);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "cannot make a name constraints object");
	r = gnutls_x509_crt_get_name_constraints(issuer->crt, issuer->constraints, 0, &critical);
	if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
		gnutls_x509_name_constraints_deinit(steal(issuer->constraints));
		return 0;
	}
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "certificate %s has unreadable name constraints", file);
	return 0;
}

static int read_certificate(struct issuer *issuer, const char *file, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	size_t                         n;
	int                            r;

	r = crt_from_file(file, &issuer->crt, 1, &n, p);
	if (r == 0)
		r = check_ca(issuer->crt, 0, file, p);
	if (r == 0)
		r = read_facts(issuer, file, p);
	if (r == 0)
		r = read_constraints(issuer, file, p);
	if (r < 0)
		return r;
	r = gnutls_pubkey_init(&key);
	if (r == 0)
		r = gnutls_pubkey_import_x509(key, issuer->crt, 0);
	issuer->alg = r == 0 ? sign_alg_for(key) : NULL;
	if (!issuer->alg)
		return problem_set(p, PROB_CONFIG,
		                   "certificate %s has a key that chert does not sign with, expected " SIGN_KEYS, file);
	return 0;
}

/* GnuTLS signs with any key for any issuer, so nothing but this keeps a foreign one out. */
static int read_key(struct issuer *issuer, const struct issuer_files *files, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	uint8_t                        wanted[32], found[32];
	size_t                         wanted_len = sizeof(wanted), found_len = sizeof(found);
	int                            r;

	r = keystore_open(files->key, &issuer->key, p);
	if (r < 0)
		return r;
	r = gnutls_pubkey_init(&key);
	if (r == 0)
		r = gnutls_pubkey_import_privkey(key, issuer->key, 0, 0);
	if (r == 0)
		r = gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, found, &found_len);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(issuer->crt, GNUTLS_KEYID_USE_SHA256, wanted, &wanted_len);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "key %s cannot be compared with its certificate", files->key);
	if (wanted_len != found_len || memcmp(wanted, found, found_len) != 0)
		return problem_set(p, PROB_CONFIG, "key %s does not belong to certificate %s", files->key,
		                   files->certificate);
	return 0;
}

int issuer_load(const struct issuer_files *files, struct issuer **ret, struct problem *p)
{
	auto_(issuer) struct issuer *issuer = xcalloc(1, sizeof(*issuer));
	int                          r;

	issuer->name = xstrdup(files->name);
	r = read_certificate(issuer, files->certificate, p);
	if (r == 0)
		r = make_chain(issuer, files->chain, p);
	if (r == 0 && files->alternates)
		r = make_alternates(issuer, files->alternates, p);
	if (r == 0 && files->key)
		r = read_key(issuer, files, p);
	if (r < 0)
		return r;
	*ret = steal(issuer);
	return 0;
}

void issuer_free(struct issuer *issuer)
{
	if (!issuer)
		return;
	free(issuer->name);
	free(issuer->chain);
	for (size_t i = 0; i < issuer->n_alternates; i++)
		free(issuer->alternates[i]);
	free(issuer->alternates);
	free(issuer->root);
	gnutls_x509_crt_deinit(issuer->crt);
	gnutls_free(issuer->der.data);
	gnutls_free(issuer->subject.data);
	if (issuer->constraints)
		gnutls_x509_name_constraints_deinit(issuer->constraints);
	gnutls_privkey_deinit(issuer->key);
	free(issuer);
}

int issuers_load(const struct conf *conf, enum issuers_keys keys, struct issuers *ret, struct problem *p)
{
	auto_clear(issuers) struct issuers all = { xcalloc(conf->n_issuers, sizeof(*all.items)), 0 };
	int                                r;

	for (; all.n < conf->n_issuers; all.n++) {
		const struct conf_issuer *c = &conf->issuers[all.n];
		struct issuer_files       files = { c->title, c->certificate, keys == ISSUERS_WITH_KEYS ? c->key : NULL,
			                            c->chain, &c->alternates };

		r = issuer_load(&files, &all.items[all.n], p);
		if (r < 0)
			return r;
	}
	*ret = all;
	all = (struct issuers){ NULL, 0 };
	return 0;
}

void issuers_clear(struct issuers *issuers)
{
	for (size_t i = 0; i < issuers->n; i++)
		issuer_free(issuers->items[i]);
	free(issuers->items);
	*issuers = (struct issuers){ NULL, 0 };
}

const struct issuer *issuers_by_name(const struct issuers *issuers, const char *name)
{
	for (size_t i = 0; i < issuers->n; i++) {
		if (!name || !*name || strcmp(issuers->items[i]->name, name) == 0)
			return issuers->items[i];
	}
	return NULL;
}

const struct issuer *issuers_by_id(const struct issuers *issuers, int64_t id)
{
	for (size_t i = 0; i < issuers->n; i++) {
		if (issuers->items[i]->id == id)
			return issuers->items[i];
	}
	return NULL;
}

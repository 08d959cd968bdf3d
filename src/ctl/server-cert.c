/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate for chert's own web server, which must be there before anybody can ask for one over ACME. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"
#include "ctl/ca-crt.h"
#include "ctl/cmd.h"
#include "ctl/file.h"
#include "pki/crt.h"
#include "signer/issuer.h"
#include "signer/tbs.h"

#define NAMES_MAX 100

static struct {
	const char *issuer, *cert, *key, *key_type;
	int64_t     days;
	bool        force;
} options = { .key_type = "p-256", .days = 365 };

static const struct opt opts[] = {
	{ "cert", 0, OPT_TEXT, "FILE", "where the certificate goes, with its chain", &options.cert, 0, 0 },
	{ "key", 0, OPT_TEXT, "FILE", "where its new private key goes", &options.key, 0, 0 },
	{ "issuer", 0, OPT_TEXT, "TITLE", "issuer section of chert.conf (the first)", &options.issuer, 0, 0 },
	{ "days", 0, OPT_INT, "N", "validity (365)", &options.days, 1, 3650 },
	{ "key-type", 0, OPT_TEXT, "TYPE", "type of the key: " CA_KEY_TYPES " (p-256)", &options.key_type, 0, 0 },
	{ "force", 0, OPT_FLAG, NULL, "replace files that are there", &options.force, 0, 0 },
	{ 0 },
};

/* A server of one's own may have an address or a single label (localhost) for a name: no policy, but syntax. */
static int read_name(const char *text, struct ident *ret, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (ident_from_name(text, ret, &why) == 0)
		return 0;
	if (why.code != PROB_REJECTED_IDENTIFIER)
		return problem_set(p, PROB_CONFIG, "%.100s: %s", text, why.detail);
	*ret = (struct ident){ .type = "dns" };
	for (size_t i = 0; text[i]; i++)
		ret->value[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
	return 0;
}

struct server {
	struct issuer        *issuer;
	gnutls_x509_privkey_t key;
	struct spki          *spki;
	struct ident          names[NAMES_MAX];
	size_t                n_names;
	uint8_t              *certificate;
	size_t                certificate_len;
};

static void server_clear(struct server *s)
{
	issuer_free(s->issuer);
	gnutls_x509_privkey_deinit(s->key);
	spki_free(s->spki);
	free(s->certificate);
}

static int load_issuer(const struct conf *conf, struct server *s, struct problem *p)
{
	const struct conf_issuer *c = options.issuer    ? conf_issuer(conf, options.issuer)
	                              : conf->n_issuers ? &conf->issuers[0]
	                                                : NULL;

	if (!c)
		return problem_set(p, PROB_CONFIG, "there is no issuer %s in the configuration",
		                   options.issuer ? options.issuer : "section");
	return issuer_load(&(struct issuer_files){ c->title, c->certificate, c->key, c->chain, NULL }, &s->issuer, p);
}

static int make_key(struct server *s, struct problem *p)
{
	auto_free char                  *type = xstrdup(options.key_type);
	const struct conf_list           permitted = { &type, 1 };
	auto_(gprivkey) gnutls_privkey_t key = NULL;
	auto_(gpubkey) gnutls_pubkey_t public = NULL;
	int r = ca_key_generate(options.key_type, &s->key, p);

	if (r < 0)
		return r;
	r = gnutls_privkey_init(&key);
	if (r == 0)
		r = gnutls_privkey_import_x509(key, s->key, GNUTLS_PRIVKEY_IMPORT_COPY);
	if (r == 0)
		r = gnutls_pubkey_init(&public);
	if (r == 0)
		r = gnutls_pubkey_import_privkey(public, key, 0, 0);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "the new key cannot be used");
	return spki_from_pubkey(public, &permitted, &s->spki, p);
}

/* A profile of its own, but with the URLs and the policy that certificates of this CA have. */
static int make_certificate(const struct conf *conf, struct server *s, struct problem *p)
{
	struct conf_profile profile = *conf_profile(conf, "default");
	struct tbs_request  req = { .issuer = s->issuer,
		                    .profile = &profile,
		                    .names = s->names,
		                    .n_names = s->n_names,
		                    .spki = s->spki,
		                    .now = clk_now() };
	struct tbs          tbs = { 0 };
	int                 r;

	profile.validity = options.days * CLK_DAY;
	r = tbs_build(&req, &tbs, p);
	if (r == 0)
		r = sign_tbs(s->issuer, tbs.der, tbs.der_len, &s->certificate, &s->certificate_len, p);
	free(tbs.der);
	return r;
}

static int put_files(const struct server *s, struct problem *p)
{
	const enum file_overwrite         overwrite = options.force ? FILE_REPLACE : FILE_KEEP;
	auto_clear(buf) struct buf        pem = BUF_INIT(1 << 20);
	auto_clear(gdatum) gnutls_datum_t key = { NULL, 0 };
	int                               r;

	crt_add_pem(&pem, s->certificate, s->certificate_len);
	buf_adds(&pem, s->issuer->chain);
	r = gnutls_x509_privkey_export2_pkcs8(s->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "key cannot be encoded");
	r = file_write(options.key, key.data, key.size, 0600, overwrite, p);
	gnutls_memset(key.data, 0, key.size);
	return r < 0 ? r : file_write(options.cert, buf_str(&pem), pem.len, 0644, overwrite, p);
}

static int check_options(struct problem *p)
{
	const enum file_overwrite overwrite = options.force ? FILE_REPLACE : FILE_KEEP;
	int                       r;

	if (!options.cert || !options.key)
		return problem_set(p, PROB_CONFIG, "option --%s is missing", options.cert ? "key" : "cert");
	r = file_check_absent(options.key, overwrite, p);
	return r < 0 ? r : file_check_absent(options.cert, overwrite, p);
}

static int server_cert(const struct cmd_run *run, struct problem *p)
{
	auto_clear(server) struct server s = { 0 };
	int                              r = check_options(p);

	for (; r == 0 && s.n_names < run->n_operands; s.n_names++)
		r = read_name(run->operands[s.n_names], &s.names[s.n_names], p);
	if (r == 0)
		r = load_issuer(run->conf, &s, p);
	if (r == 0)
		r = make_key(&s, p);
	if (r == 0)
		r = make_certificate(run->conf, &s, p);
	return r < 0 ? r : put_files(&s, p);
}

const struct cmd cmd_server_cert = {
	.words = "server-cert",
	.operands = "NAME...",
	.help = "issue a certificate for chert's own web server",
	.more = "Signs with the issuer's key itself, so nothing needs to run.\n"
		"Names may be addresses and single labels.\n"
		"The certificate is not in the database, so it cannot be revoked over ACME.",
	.flags = CMD_CONF,
	.min_operands = 1,
	.max_operands = NAMES_MAX,
	.opts = opts,
	.run = server_cert,
};

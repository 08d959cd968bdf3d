/* SPDX-License-Identifier: BSD-2-Clause */
/* An issuing CA that already exists, made by whatever tool. */
#include "ctl/ca-store.h"
#include "ctl/cmd.h"
#include "signer/issuer.h"

#define NAME "issuer" /* of the files */

static struct {
	const char *dir, *title, *certificate, *key, *chain;
	bool        force;
} options = { .title = "main" };

static const struct opt opts[] = {
	{ "dir", 0, OPT_TEXT, "DIR", "directory that gets the files", &options.dir, 0, 0 },
	{ "certificate", 0, OPT_TEXT, "FILE", "the issuing certificate, PEM", &options.certificate, 0, 0 },
	{ "key", 0, OPT_TEXT, "FILE", "its private key, PEM, not encrypted", &options.key, 0, 0 },
	{ "chain", 0, OPT_TEXT, "FILE", "the certificates above it in order, PEM, with or without root", &options.chain,
	  0, 0 },
	{ "issuer", 0, OPT_TEXT, "TITLE", "title of the issuer section (main)", &options.title, 0, 0 },
	{ "force", 0, OPT_FLAG, NULL, "replace files that are there", &options.force, 0, 0 },
	{ 0 },
};

static int check_options(struct problem *p)
{
	const struct {
		const char *name, *value;
	} required[] = { { "dir", options.dir }, { "certificate", options.certificate }, { "key", options.key } };

	for (size_t i = 0; i < ARRAY_LEN(required); i++) {
		if (!required[i].value)
			return problem_set(p, PROB_CONFIG, "option --%s is missing", required[i].name);
	}
	return ca_store_check_title(options.title, p);
}

/* Written anew as PKCS#8, whatever form it had. */
static int put_key(const struct ca_store *store, gnutls_privkey_t key, struct problem *p)
{
	auto_(gx509key) gnutls_x509_privkey_t copy = NULL;
	int                                   r = gnutls_privkey_export_x509(key, &copy);

	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "key cannot be exported");
	return ca_store_put_key(store, NAME, copy, p);
}

static int put_files(const struct ca_store *store, const struct issuer *issuer, char **ret_section, struct problem *p)
{
	const bool with_chain = *issuer->above;
	int        r = put_key(store, issuer->key, p);

	if (r == 0)
		r = ca_store_put_crt(store, NAME, issuer->crt, p);
	if (r == 0 && with_chain)
		r = ca_store_put_text(store, NAME, CA_STORE_CHAIN, issuer->above, p);
	return r < 0 ? r : ca_store_put_section(store, NAME, options.title, with_chain, ret_section, p);
}

static int import(const struct cmd_run *run UNUSED, struct problem *p)
{
	static const char *const     suffixes[] = { CA_STORE_KEY, CA_STORE_CRT, CA_STORE_CHAIN, CA_STORE_CONF, NULL };
	const struct ca_store        store = { options.dir, options.force ? FILE_REPLACE : FILE_KEEP };
	const struct issuer_files    files = { options.title, options.certificate, options.key, options.chain, NULL };
	auto_(issuer) struct issuer *issuer = NULL;
	auto_free char              *section = NULL;
	int                          r = check_options(p);

	if (r == 0)
		r = issuer_load(&files, &issuer, p);
	if (r == 0)
		r = ca_store_prepare(&store, NAME, suffixes, p);
	if (r == 0)
		r = put_files(&store, issuer, &section, p);
	if (r != 0)
		return r;
	printf("# Clients must trust %s.\n%s", issuer->root, section);
	return 0;
}

const struct cmd cmd_ca_import = {
	.words = "ca import",
	.operands = "",
	.help = "take over an existing issuing certificate with key and chain",
	.more = "Checks that all belongs together, copies it into DIR and prints the section for chert.conf.",
	.opts = opts,
	.run = import,
};

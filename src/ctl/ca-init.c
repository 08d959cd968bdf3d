/* SPDX-License-Identifier: BSD-2-Clause */
/* A new CA: root and intermediate, on one machine (--quick) or with the root on one that is offline. */
#include <string.h>

#include "base/mem.h"
#include "ctl/ca-crt.h"
#include "ctl/ca-store.h"
#include "ctl/cmd.h"
#include "pki/crt.h"
#include "signer/issuer.h"

#define ROOT   "root"
#define ISSUER "issuer"

static struct {
	struct ca_subject subject;
	const char       *dir, *key_type, *title, *request, *out;
	int64_t           days, root_days;
	bool              quick, force;
} options = { .subject = { .name = "chert" }, .key_type = "p-256", .title = "main", .days = 1825, .root_days = 3650 };

/* Rows that several subcommands have. */
/* clang-format off */
#define ROW_DIR             { "dir", 0, OPT_TEXT, "DIR", "directory of the CA's files", &options.dir, 0, 0 }
#define ROW_NAME            { "name", 0, OPT_TEXT, "CN", "name of the CA (chert)", &options.subject.name, 0, 0 }
#define ROW_ORG             { "organization", 0, OPT_TEXT, "O", "organization in the subject", &options.subject.organization, 0, 0 }
#define ROW_COUNTRY         { "country", 0, OPT_TEXT, "C", "country in the subject, two letters", &options.subject.country, 0, 0 }
#define ROW_KEY_TYPE        { "key-type", 0, OPT_TEXT, "TYPE", "type of the key: " CA_KEY_TYPES " (p-256)", &options.key_type, 0, 0 }
#define ROW_TITLE           { "issuer", 0, OPT_TEXT, "TITLE", "title of the issuer section (main)", &options.title, 0, 0 }
#define ROW_FORCE           { "force", 0, OPT_FLAG, NULL, "replace files that are there", &options.force, 0, 0 }
#define ROW_ROOT_DAYS(name) { name, 0, OPT_INT, "N", "validity of the root (3650)", &options.root_days, 1, 36500 }
#define ROW_DAYS            { "days", 0, OPT_INT, "N", "validity of the intermediate (1825)", &options.days, 1, 36500 }
/* clang-format on */

static int require(const char *value, const char *option, struct problem *p)
{
	return value && *value ? 0 : problem_set(p, PROB_CONFIG, "option --%s is missing", option);
}

static struct ca_store store_of_options(void)
{
	return (struct ca_store){ options.dir, options.force ? FILE_REPLACE : FILE_KEEP };
}

/* A key and the request it signed. */
static int make_request(const char *name, gnutls_x509_privkey_t *ret_key, gnutls_x509_crq_t *ret_crq, struct problem *p)
{
	struct ca_subject subject = options.subject;
	int               r = ca_key_generate(options.key_type, ret_key, p);

	subject.name = name;
	return r < 0 ? r : ca_request(&subject, *ret_key, ret_crq, p);
}

static int to_signing_key(gnutls_x509_privkey_t key, gnutls_privkey_t *ret, struct problem *p)
{
	auto_(gprivkey) gnutls_privkey_t signer = NULL;
	int                              r = gnutls_privkey_init(&signer);

	if (r == 0)
		r = gnutls_privkey_import_x509(signer, key, GNUTLS_PRIVKEY_IMPORT_COPY);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "key cannot be used");
	*ret = steal(signer);
	return 0;
}

struct ca {
	gnutls_x509_privkey_t key;
	gnutls_privkey_t      signer;
	gnutls_x509_crt_t     crt;
};

static void ca_clear(struct ca *ca)
{
	gnutls_x509_privkey_deinit(ca->key);
	gnutls_privkey_deinit(ca->signer);
	gnutls_x509_crt_deinit(ca->crt);
}

/* parent NULL: a root. */
static int make_ca(const char *name, const struct ca *parent, int64_t days, struct ca *ret, struct problem *p)
{
	auto_(gcrq) gnutls_x509_crq_t crq = NULL;
	int                           r = make_request(name, &ret->key, &crq, p);

	if (r == 0)
		r = to_signing_key(ret->key, &ret->signer, p);
	return r < 0 ? r
	             : ca_crt_sign(crq, parent ? parent->crt : NULL, parent ? parent->signer : ret->signer, days,
	                           &ret->crt, p);
}

static int put_ca(const struct ca_store *store, const char *name, const struct ca *ca, struct problem *p)
{
	int r = ca_store_put_key(store, name, ca->key, p);

	return r < 0 ? r : ca_store_put_crt(store, name, ca->crt, p);
}

/* --- ca init --quick */

static int make_hierarchy(const struct ca_store *store, struct problem *p)
{
	auto_free char          *root_name = xasprintf("%s Root", options.subject.name);
	auto_free char          *name = xasprintf("%s Intermediate", options.subject.name);
	auto_clear(ca) struct ca root = { 0 }, intermediate = { 0 };
	int                      r = make_ca(root_name, NULL, options.root_days, &root, p);

	if (r == 0)
		r = make_ca(name, &root, options.days, &intermediate, p);
	if (r == 0)
		r = put_ca(store, ROOT, &root, p);
	return r < 0 ? r : put_ca(store, ISSUER, &intermediate, p);
}

static int init_quick(const struct cmd_run *run UNUSED, struct problem *p)
{
	static const char *const suffixes[] = { CA_STORE_KEY, CA_STORE_CRT, CA_STORE_CONF, NULL };
	const struct ca_store    store = store_of_options();
	auto_free char          *section = NULL;
	int                      r;

	if (!options.quick)
		return problem_set(p, PROB_CONFIG,
		                   "ca init needs --quick, or one of the steps root, intermediate-request, "
		                   "intermediate-sign");
	r = require(options.dir, "dir", p);
	if (r == 0)
		r = ca_store_check_title(options.title, p);
	if (r == 0)
		r = ca_store_prepare(&store, ROOT, suffixes, p);
	if (r == 0)
		r = ca_store_prepare(&store, ISSUER, suffixes, p);
	if (r == 0)
		r = make_hierarchy(&store, p);
	if (r == 0)
		r = ca_store_put_section(&store, ISSUER, options.title, false, &section, p);
	if (r < 0)
		return r;
	printf("The CA is in %s.  Next:\n\n"
	       "1. Put this section into chert.conf (it is also in %s/" ISSUER CA_STORE_CONF "):\n\n%s\n"
	       "2. Let the user of chert-signer read %s/" ISSUER CA_STORE_KEY ", and nobody else.\n"
	       "3. Move %s/" ROOT CA_STORE_KEY " to a place that is offline.\n"
	       "4. Give %s/" ROOT CA_STORE_CRT " to the clients that shall trust this CA.\n",
	       options.dir, options.dir, section, options.dir, options.dir, options.dir);
	return 0;
}

/* --- ca init root */

static int init_root(const struct cmd_run *run UNUSED, struct problem *p)
{
	static const char *const suffixes[] = { CA_STORE_KEY, CA_STORE_CRT, NULL };
	const struct ca_store    store = store_of_options();
	auto_clear(ca) struct ca root = { 0 };
	int                      r = require(options.dir, "dir", p);

	if (r == 0)
		r = ca_store_prepare(&store, ROOT, suffixes, p);
	if (r == 0)
		r = make_ca(options.subject.name, NULL, options.root_days, &root, p);
	if (r == 0)
		r = put_ca(&store, ROOT, &root, p);
	if (r < 0)
		return r;
	printf("The root is in %s.  Next: chertctl ca init intermediate-request where the signer will run.\n",
	       options.dir);
	return 0;
}

/* --- ca init intermediate-request */

static int put_request(const struct ca_store *store, gnutls_x509_crq_t crq, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t pem = { NULL, 0 };
	auto_free char                   *text = NULL;
	int                               r = gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_PEM, &pem);

	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "request cannot be encoded");
	text = xasprintf("%.*s", (int)pem.size, (const char *)pem.data);
	return ca_store_put_text(store, ISSUER, CA_STORE_CSR, text, p);
}

static int init_request(const struct cmd_run *run UNUSED, struct problem *p)
{
	static const char *const              suffixes[] = { CA_STORE_KEY, CA_STORE_CSR, CA_STORE_CONF, NULL };
	const struct ca_store                 store = store_of_options();
	auto_(gx509key) gnutls_x509_privkey_t key = NULL;
	auto_(gcrq) gnutls_x509_crq_t         crq = NULL;
	auto_free char                       *section = NULL;
	int                                   r = require(options.dir, "dir", p);

	if (r == 0)
		r = ca_store_check_title(options.title, p);
	if (r == 0)
		r = ca_store_prepare(&store, ISSUER, suffixes, p);
	if (r == 0)
		r = make_request(options.subject.name, &key, &crq, p);
	if (r == 0)
		r = ca_store_put_key(&store, ISSUER, key, p);
	if (r == 0)
		r = put_request(&store, crq, p);
	if (r == 0)
		r = ca_store_put_section(&store, ISSUER, options.title, false, &section, p);
	if (r < 0)
		return r;
	printf("Key and request are in %s.  Next:\n\n"
	       "1. Take %s/" ISSUER CA_STORE_CSR " to the machine with the root, and there:\n"
	       "   chertctl ca init intermediate-sign --dir ROOTDIR --request " ISSUER CA_STORE_CSR
	       " --out " ISSUER                                                        CA_STORE_CRT "\n"
	       "2. Bring the certificate back as %s/" ISSUER CA_STORE_CRT ".\n"
	       "3. Put this section into chert.conf (it is also in %s/" ISSUER CA_STORE_CONF "):\n\n%s",
	       options.dir, options.dir, options.dir, options.dir, section);
	return 0;
}

/* --- ca init intermediate-sign */

static int read_request(const char *path, gnutls_x509_crq_t *ret, struct problem *p)
{
	auto_(gcrq) gnutls_x509_crq_t crq = NULL;
	auto_free char               *text = NULL;
	size_t                        len;
	int                           r = file_read(path, CRT_MAX, &text, &len, p);

	if (r < 0)
		return r;
	r = gnutls_x509_crq_init(&crq);
	if (r == 0)
		r = gnutls_x509_crq_import(crq, &(gnutls_datum_t){ (unsigned char *)text, (unsigned)len },
		                           GNUTLS_X509_FMT_PEM);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "%s holds no certificate request in PEM form", path);
	*ret = steal(crq);
	return 0;
}

static int sign_request(const struct issuer *root, gnutls_x509_crt_t *ret, struct problem *p)
{
	auto_(gcrq) gnutls_x509_crq_t crq = NULL;
	int                           r = read_request(options.request, &crq, p);

	return r < 0 ? r : ca_crt_sign(crq, root->crt, root->key, options.days, ret, p);
}

static int put_signed(gnutls_x509_crt_t crt, struct problem *p)
{
	auto_clear(gdatum) gnutls_datum_t pem = { NULL, 0 };
	int                               r = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);

	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "certificate cannot be encoded");
	return file_write(options.out, pem.data, pem.size, 0644, options.force ? FILE_REPLACE : FILE_KEEP, p);
}

static int init_sign(const struct cmd_run *run UNUSED, struct problem *p)
{
	const struct ca_store         store = store_of_options();
	auto_(issuer) struct issuer  *root = NULL;
	auto_(gcrt) gnutls_x509_crt_t crt = NULL;
	auto_free char               *crt_file = NULL, *key_file = NULL, *subject = NULL;
	int                           r = require(options.dir, "dir", p);

	if (r == 0)
		r = require(options.request, "request", p);
	if (r == 0)
		r = require(options.out, "out", p);
	if (r == 0)
		r = file_check_absent(options.out, store.overwrite, p);
	if (r < 0)
		return r;
	crt_file = ca_store_path(&store, ROOT, CA_STORE_CRT);
	key_file = ca_store_path(&store, ROOT, CA_STORE_KEY);
	r = issuer_load(&(struct issuer_files){ .name = ROOT, .certificate = crt_file, .key = key_file }, &root, p);
	if (r == 0)
		r = sign_request(root, &crt, p);
	if (r == 0)
		r = put_signed(crt, p);
	if (r < 0)
		return r;
	subject = issuer_subject(crt);
	printf("The certificate of %s is in %s.\n", subject, options.out);
	return 0;
}

/* clang-format off */
static const struct opt quick_opts[] = {
	{ "quick", 0, OPT_FLAG, NULL, "root and intermediate at once, for a lab", &options.quick, 0, 0 },
	ROW_DIR, ROW_NAME, ROW_ORG, ROW_COUNTRY, ROW_KEY_TYPE, ROW_ROOT_DAYS("root-days"), ROW_DAYS, ROW_TITLE, ROW_FORCE, { 0 },
};
static const struct opt root_opts[] = {
	ROW_DIR, ROW_NAME, ROW_ORG, ROW_COUNTRY, ROW_KEY_TYPE, ROW_ROOT_DAYS("days"), ROW_FORCE, { 0 },
};
static const struct opt request_opts[] = {
	ROW_DIR, ROW_NAME, ROW_ORG, ROW_COUNTRY, ROW_KEY_TYPE, ROW_TITLE, ROW_FORCE, { 0 },
};
static const struct opt sign_opts[] = {
	{ "dir", 0, OPT_TEXT, "DIR", "directory of the root's files", &options.dir, 0, 0 },
	{ "request", 0, OPT_TEXT, "FILE", "the intermediate's request, PEM", &options.request, 0, 0 },
	{ "out", 0, OPT_TEXT, "FILE", "where its certificate goes", &options.out, 0, 0 },
	ROW_DAYS, ROW_FORCE, { 0 },
};
/* clang-format on */

const struct cmd cmd_ca_init = {
	.words = "ca init",
	.operands = "",
	.help = "make a whole new CA for a lab (--quick)",
	.more = "The intermediate is named CN Intermediate, the root CN Root.",
	.opts = quick_opts,
	.run = init_quick,
};

const struct cmd cmd_ca_init_root = {
	.words = "ca init root",
	.operands = "",
	.help = "make a root: key and self-signed certificate",
	.opts = root_opts,
	.run = init_root,
};

const struct cmd cmd_ca_init_request = {
	.words = "ca init intermediate-request",
	.operands = "",
	.help = "make an intermediate's key and a request for its certificate",
	.opts = request_opts,
	.run = init_request,
};

const struct cmd cmd_ca_init_sign = {
	.words = "ca init intermediate-sign",
	.operands = "",
	.help = "sign an intermediate's request with the root",
	.opts = sign_opts,
	.run = init_sign,
};

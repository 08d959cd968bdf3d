/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/ca-store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pki/crt.h"

#define TITLE_MAX   40 /* as the parser of chert.conf(5) has it */
#define MODE_PUBLIC 0644
#define MODE_SECRET 0600

char *ca_store_path(const struct ca_store *store, const char *name, const char *suffix)
{
	return xasprintf("%s/%s%s", store->dir, name, suffix);
}

int ca_store_check_title(const char *title, struct problem *p)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	const size_t      len = strlen(title);

	if (len >= 1 && len <= TITLE_MAX && strspn(title, letters) == len)
		return 0;
	return problem_set(p, PROB_CONFIG,
	                   "%.60s is no title, expected 1 to %d letters, digits, hyphens, underscores or dots", title,
	                   TITLE_MAX);
}

int ca_store_prepare(const struct ca_store *store, const char *name, const char *const *suffixes, struct problem *p)
{
	int r = file_make_directory(store->dir, p);

	for (; r == 0 && *suffixes; suffixes++) {
		auto_free char *path = ca_store_path(store, name, *suffixes);

		r = file_check_absent(path, store->overwrite, p);
	}
	return r;
}

int ca_store_put_key(const struct ca_store *store, const char *name, gnutls_x509_privkey_t key, struct problem *p)
{
	auto_free char                   *path = ca_store_path(store, name, CA_STORE_KEY);
	auto_clear(gdatum) gnutls_datum_t pem = { NULL, 0 };
	int                               r;

	r = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "key cannot be encoded");
	r = file_write(path, pem.data, pem.size, MODE_SECRET, store->overwrite, p);
	gnutls_memset(pem.data, 0, pem.size);
	return r;
}

int ca_store_put_crt(const struct ca_store *store, const char *name, gnutls_x509_crt_t crt, struct problem *p)
{
	auto_free char                   *path = ca_store_path(store, name, CA_STORE_CRT);
	auto_clear(gdatum) gnutls_datum_t der = { NULL, 0 };
	auto_clear(buf) struct buf        pem = BUF_INIT(2 * CRT_MAX);
	int                               r = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der);

	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "certificate cannot be encoded");
	crt_add_pem(&pem, der.data, der.size);
	return file_write(path, buf_str(&pem), pem.len, MODE_PUBLIC, store->overwrite, p);
}

int ca_store_put_text(const struct ca_store *store, const char *name, const char *suffix, const char *text,
                      struct problem *p)
{
	auto_free char *path = ca_store_path(store, name, suffix);

	return file_write(path, text, strlen(text), MODE_PUBLIC, store->overwrite, p);
}

static void add_quoted(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void add_setting(struct buf *out, const char *key, const struct ca_store *absolute, const char *name,
                        const char *suffix)
{
	auto_free char *path = ca_store_path(absolute, name, suffix);

	buf_addf(out, "\t%s = ", key);
	add_quoted(out, path);
	buf_addc(out, '\n');
}

int ca_store_put_section(const struct ca_store *store, const char *name, const char *title, bool with_chain, char **ret,
                         struct problem *p)
{
	auto_free char            *dir = realpath(store->dir, NULL);
	const struct ca_store      absolute = { dir, store->overwrite };
	auto_clear(buf) struct buf text = BUF_INIT(16384);
	int                        r;

	if (!dir)
		return problem_set(p, PROB_SYSTEM, "%s: %s", store->dir, strerror(errno));
	buf_addf(&text, "issuer \"%s\" {\n", title);
	add_setting(&text, "certificate", &absolute, name, CA_STORE_CRT);
	add_setting(&text, "key", &absolute, name, CA_STORE_KEY);
	if (with_chain)
		add_setting(&text, "chain", &absolute, name, CA_STORE_CHAIN);
	buf_adds(&text, "}\n");
	r = ca_store_put_text(store, name, CA_STORE_CONF, buf_str(&text), p);
	if (r == 0)
		*ret = buf_steal(&text);
	return r;
}

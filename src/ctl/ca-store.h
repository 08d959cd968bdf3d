/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a CA in one directory: NAME.pem, NAME.key, NAME.csr, and the section for chert.conf(5). */
#ifndef CHERT_CTL_CA_STORE_H
#define CHERT_CTL_CA_STORE_H

#include <stdbool.h>

#include "base/problem.h"
#include "ctl/file.h"
#include "pki/gnutls.h"

struct ca_store {
	const char         *dir;
	enum file_overwrite overwrite;
};

/* dir "/" name suffix; newly allocated (free()). */
char *ca_store_path(const struct ca_store *store, const char *name, const char *suffix) RETURNS_NONNULL
	NONNULL(1, 2, 3);
/* Suffixes */
#define CA_STORE_CRT   ".pem"
#define CA_STORE_KEY   ".key"
#define CA_STORE_CHAIN "-chain.pem"
#define CA_STORE_CSR   ".csr"
#define CA_STORE_CONF  ".conf"

/* PROB_CONFIG unless it can be the title of a section. */
int ca_store_check_title(const char *title, struct problem *p) NONNULL(1, 2) CHECK_RESULT;
/* Makes the directory, and PROB_CONFIG when one of these files (suffixes, NULL at the end) is there and to be kept. */
int ca_store_prepare(const struct ca_store *store, const char *name, const char *const *suffixes, struct problem *p)
	NONNULL(1, 2, 3, 4) CHECK_RESULT;
/* PKCS#8 PEM, for its owner only. */
int ca_store_put_key(const struct ca_store *store, const char *name, gnutls_x509_privkey_t key, struct problem *p)
	NONNULL(1, 2, 4) CHECK_RESULT;
int ca_store_put_crt(const struct ca_store *store, const char *name, gnutls_x509_crt_t crt, struct problem *p)
	NONNULL(1, 2, 4) CHECK_RESULT;
int ca_store_put_text(const struct ca_store *store, const char *name, const char *suffix, const char *text,
                      struct problem *p) NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;
/* Writes the issuer section for chert.conf(5) as NAME.conf; *ret: the same text, free(). */
int ca_store_put_section(const struct ca_store *store, const char *name, const char *title, bool with_chain, char **ret,
                         struct problem *p) NONNULL(1, 2, 3, 5, 6) CHECK_RESULT;

#endif

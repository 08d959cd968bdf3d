/* SPDX-License-Identifier: BSD-2-Clause */
/* An issuing certificate with its key and the chain that clients get, checked when it is loaded. */
#ifndef CHERT_SIGNER_ISSUER_H
#define CHERT_SIGNER_ISSUER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/problem.h"
#include "pki/gnutls.h"
#include "signer/sign.h"

#define ISSUER_CHAIN_MAX  8  /* certificates above an issuer */
#define ISSUER_KEY_ID_MAX 64 /* bytes of a subject key identifier */

struct issuer {
	char                          *name;
	gnutls_x509_crt_t              crt;
	gnutls_datum_t                 der;
	gnutls_datum_t                 subject; /* Name as encoded in the certificate */
	uint8_t                        key_id[ISSUER_KEY_ID_MAX];
	size_t                         key_id_len;
	gnutls_x509_name_constraints_t constraints; /* NULL: none */
	gnutls_privkey_t               key;         /* NULL when it was not asked for */
	const struct sign_alg         *alg;
	int64_t                        not_before, not_after;
	char                          *chain; /* PEM: the certificate, then what is above it, without a root */
	const char                    *above; /* the part of chain above the certificate, may be empty */
	char  **alternates; /* other chains from another certificate of the same issuer upwards, likewise */
	size_t  n_alternates;
	char   *root; /* subject of what issued the topmost certificate of the chain */
	int64_t id;   /* in the database; 0 until it is there */
};

struct issuer_files {
	const char             *name;
	const char             *certificate;
	const char             *key;        /* NULL: not read */
	const char             *chain;      /* NULL or empty: none */
	const struct conf_list *alternates; /* NULL: none */
};

/*
 * PROB_CONFIG: a file cannot be read; the certificate is not fit to issue TLS server certificates, or expired; key and
 * certificate are no pair; a chain is not in order, or an alternate one is that of another issuer.
 */
int issuer_load(const struct issuer_files *files, struct issuer **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
void issuer_free(struct issuer *issuer);
DEFINE_FREEP(issuer, struct issuer *, issuer_free);

/* Subject of a certificate for messages; newly allocated (free()). */
char *issuer_subject(gnutls_x509_crt_t crt) RETURNS_NONNULL;

/* All issuers of a configuration. */
struct issuers {
	struct issuer **items;
	size_t          n;
};
enum issuers_keys { ISSUERS_WITHOUT_KEYS, ISSUERS_WITH_KEYS };

int issuers_load(const struct conf *conf, enum issuers_keys keys, struct issuers *ret, struct problem *p)
	NONNULL(1, 3, 4) CHECK_RESULT;
void issuers_clear(struct issuers *issuers) NONNULL(1);
/* By name (NULL or empty: the first one), by number in the database.  NULL when there is none. */
const struct issuer *issuers_by_name(const struct issuers *issuers, const char *name) NONNULL(1);
const struct issuer *issuers_by_id(const struct issuers *issuers, int64_t id) NONNULL(1);

#endif

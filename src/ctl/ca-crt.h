/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys, requests and certificates of the CA itself. */
#ifndef CHERT_CTL_CA_CRT_H
#define CHERT_CTL_CA_CRT_H

#include "base/problem.h"
#include "pki/gnutls.h"

#define CA_KEY_TYPES "p-256, p-384, rsa-3072 or rsa-4096"

struct ca_subject {
	const char *name, *organization, *country; /* CN, O, C; NULL: none */
};

/* A new key of one of CA_KEY_TYPES; PROB_CONFIG for another. */
int ca_key_generate(const char *type, gnutls_x509_privkey_t *ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

/* PKCS#10 with a subject and a key. */
int ca_request(const struct ca_subject *subject, gnutls_x509_privkey_t key, gnutls_x509_crq_t *ret, struct problem *p)
	NONNULL(1, 3, 4) CHECK_RESULT;
/*
 * The CA certificate for a request, valid from now for so many days but not longer than its parent's: without a parent
 * a root, else an intermediate that may issue TLS server certificates and nothing below it.  `key` is the parent's, or
 * the root's own.  Only subject and public key come from the request.  PROB_CONFIG: they or its signature are not fit.
 */
int ca_crt_sign(gnutls_x509_crq_t request, gnutls_x509_crt_t parent, gnutls_privkey_t key, int64_t days,
                gnutls_x509_crt_t *ret, struct problem *p) NONNULL(5, 6) CHECK_RESULT;

#endif

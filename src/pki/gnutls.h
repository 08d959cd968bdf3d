/* SPDX-License-Identifier: BSD-2-Clause */
/* Scoped GnuTLS handles, and the one way to turn its errors into problems. */
#ifndef CHERT_PKI_GNUTLS_H
#define CHERT_PKI_GNUTLS_H

#include <stddef.h>
#include <stdint.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#include "base/cleanup.h"
#include "base/problem.h"

DEFINE_FREEP(gpubkey, gnutls_pubkey_t, gnutls_pubkey_deinit);
DEFINE_FREEP(gprivkey, gnutls_privkey_t, gnutls_privkey_deinit);
DEFINE_FREEP(gx509key, gnutls_x509_privkey_t, gnutls_x509_privkey_deinit);
DEFINE_FREEP(gcrt, gnutls_x509_crt_t, gnutls_x509_crt_deinit);
DEFINE_FREEP(gcrq, gnutls_x509_crq_t, gnutls_x509_crq_deinit);
DEFINE_FREEP(gsans, gnutls_subject_alt_names_t, gnutls_subject_alt_names_deinit);

/* Frees the data of a gnutls_datum_t that GnuTLS allocated. */
static inline void gdatum_clear(gnutls_datum_t *d)
{
	gnutls_free(d->data);
	d->data = NULL;
	d->size = 0;
}

/* problem_set with gnutls_strerror(err) as cause; ends the process on out of memory. */
#define problem_gnutls(p, code, err, ...) (problem_set((p), (code), __VA_ARGS__), gnutls_cause((p), (err)))
int gnutls_cause(struct problem *p, int err) NONNULL(1);

#define SHA256_LEN 32
/* out: SHA256_LEN */
int sha256(const void *data, size_t len, uint8_t *out, struct problem *p) NONNULL(3, 4) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading certificates: what revocation, the signer and chertctl need to know of one. */
#ifndef CHERT_PKI_CRT_H
#define CHERT_PKI_CRT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/problem.h"
#include "pki/gnutls.h"

#define CRT_MAX 32768 /* bytes of DER */

/* The id that chert puts into a serial number: false when the serial is not 16 octets of UUIDv7 layout. */
bool crt_id(gnutls_x509_crt_t crt, struct id *ret) NONNULL(2) CHECK_RESULT;
/* PROB_MALFORMED. */
int crt_from_der(const void *der, size_t len, gnutls_x509_crt_t *ret, struct problem *p) NONNULL(1, 3, 4) CHECK_RESULT;
/* All certificates of a PEM file, at most max; *ret_n of them; PROB_CONFIG names the file. */
int crt_from_file(const char *path, gnutls_x509_crt_t *ret, size_t max, size_t *ret_n, struct problem *p)
	NONNULL(1, 2, 4, 5) CHECK_RESULT;
/* RFC 7468 strict text of one DER certificate, with a final newline. */
void crt_add_pem(struct buf *out, const void *der, size_t len) NONNULL(1, 2);
/*
 * A PKCS #7 structure (certs-only, DER) of one DER certificate and those in a PEM text, which may be empty.
 * PROB_INTERNAL.
 */
int crt_add_pkcs7(struct buf *out, const void *der, size_t len, const char *chain, struct problem *p)
	NONNULL(1, 2, 4, 5) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate that answers a tls-alpn-01 challenge (RFC 8737 3, RFC 8738 6). */
#ifndef CHERT_VALIDATOR_ALPN_CERT_H
#define CHERT_VALIDATOR_ALPN_CERT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/problem.h"
#include "pki/ident.h"

#define ALPN_SERVER_NAME_MAX (IDENT_MAX + 2 + 1)

/*
 * digest: SHA-256 of the key authorization, SHA256_LEN bytes.  PROB_INCORRECT_RESPONSE: a certificate that is not
 * strict DER, has an extension twice, is for anything besides the identifier, has no critical acmeIdentifier with that
 * digest, or is not self-signed.  What it has instead is in the cause only.
 */
int alpn_cert_check(const void *der, size_t len, const struct ident *ident, const uint8_t *digest, struct problem *p)
	NONNULL(1, 3, 4, 5) CHECK_RESULT;

/* What to ask a server for: the name, or the reverse-zone name of an address.  out: ALPN_SERVER_NAME_MAX */
void alpn_server_name(const struct ident *ident, char *out) NONNULL(1, 2);

#endif

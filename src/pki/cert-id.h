/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate identifiers of renewal information (RFC 9773 4.1): key identifier of the issuer, a dot, serial number. */
#ifndef CHERT_PKI_CERT_ID_H
#define CHERT_PKI_CERT_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/b64u.h"
#include "base/id.h"
#include "base/problem.h"

#define CERT_ID_KEY_MAX    64
#define CERT_ID_SERIAL_MAX 21 /* RFC 5280 4.1.2.2: 20 octets, and one that makes the number positive */
#define CERT_ID_LEN_MAX    (B64U_LEN((size_t)CERT_ID_KEY_MAX) + 1 + B64U_LEN((size_t)CERT_ID_SERIAL_MAX))

struct cert_id {
	uint8_t key_id[CERT_ID_KEY_MAX];
	size_t  key_id_len;
	uint8_t serial[CERT_ID_SERIAL_MAX]; /* contents of the DER INTEGER */
	size_t  serial_len;
};

/* PROB_MALFORMED: not two parts of canonical base64url, or the second is not what DER makes of an integer. */
int cert_id_from_text(const char *text, struct cert_id *ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
/* The id that chert puts into a serial number, as crt_id(): false when there is none in it. */
bool cert_id_to_id(const struct cert_id *cert, struct id *ret) NONNULL(1, 2) CHECK_RESULT;

#endif

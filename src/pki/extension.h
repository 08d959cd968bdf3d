/* SPDX-License-Identifier: BSD-2-Clause */
/* Extensions of certificates and requests (RFC 5280 4.1). */
#ifndef CHERT_PKI_EXTENSION_H
#define CHERT_PKI_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "pki/der.h"

#define EXTENSIONS_MAX 20

/* GeneralName (RFC 5280 4.2.1.6) */
#define TAG_DNS_NAME   0x82
#define TAG_IP_ADDRESS 0x87

extern const struct der oid_subject_alt_name;

struct extension {
	struct der oid, value; /* value: what is inside the OCTET STRING */
	bool       critical;
};

struct extensions {
	struct extension items[EXTENSIONS_MAX];
	size_t           n;
};

/*
 * All of a list's contents.  NULL, or what is wrong, as the end of a sentence: ill-formed, the same extension twice
 * (RFC 5280 4.2), more than EXTENSIONS_MAX.
 */
const char *extensions_read(struct der list, struct extensions *ret) NONNULL(2) CHECK_RESULT;
/* NULL when there is none. */
const struct extension *extensions_find(const struct extensions *list, const struct der *oid) NONNULL(1, 2);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of dns-persist-01, in both generations of draft-ietf-acme-dns-persist: up to -01 accounturi is the
 * account's URL, from -02 on a hash of it.
 */
#ifndef CHERT_VALIDATOR_PERSIST_H
#define CHERT_VALIDATOR_PERSIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "validator/dns-wire.h"

#define PERSIST_KEYS_MAX 100

/* What a record has to permit. */
struct persist_claim {
	const struct conf_list *issuers; /* this CA's issuer domain names, in lower case */
	const char             *account_uri;
	const char             *hash_prefix;       /* accountHashPrefix of the directory */
	const char *thumbprints[PERSIST_KEYS_MAX]; /* of the keys the account has had, the present one first */
	size_t      n_thumbprints;
	const char *domain;     /* whose records they are, in lower case */
	bool        many_names; /* a wildcard, or the names below as well */
	int64_t     now;        /* seconds */
};

/*
 * 0 when one of the TXT records permits it; *ret_until is then the second in which the last of them ends, INT64_MAX for
 * never.  Else the problem of the first record that is for this CA: PROB_MALFORMED or PROB_UNAUTHORIZED.
 */
int persist_judge(const struct dns_records *records, const struct persist_claim *claim, int64_t *ret_until,
                  struct problem *p) NONNULL(1, 2, 3, 4) CHECK_RESULT;

/* The text behind the hash algorithm in a hashed accounturi.  domain may be *.  out: PERSIST_HASH_LEN + 1 */
#define PERSIST_HASH_LEN 43
int persist_hash(const char *domain, const char *thumbprint, const char *account_uri, char *out, struct problem *p)
	NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;

#endif

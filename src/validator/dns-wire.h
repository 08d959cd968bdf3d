/* SPDX-License-Identifier: BSD-2-Clause */
/* The records that answer a question, out of a DNS message in wire format (RFC 1035 4). */
#ifndef CHERT_VALIDATOR_DNS_WIRE_H
#define CHERT_VALIDATOR_DNS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/problem.h"

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_TXT = 16, DNS_AAAA = 28 };
enum dns_rcode { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3 };

#define DNS_MESSAGE_MAX 65535
#define DNS_RECORDS_MAX 100

struct dns_record {
	uint8_t *data; /* A, AAAA: the address; TXT: its strings joined (RFC 8555 8.4) */
	size_t   len;
};

struct dns_records {
	struct dns_record items[DNS_RECORDS_MAX];
	size_t            n;
	unsigned          rcode; /* as in the header of the message */
};

/*
 * Takes the records of `type` that stand at the end of the CNAME chain that begins at the name asked for; records
 * past DNS_RECORDS_MAX are left out.  PROB_DNS: not a well-formed answer to one question.  *ret is empty at first,
 * and is cleared by the caller.
 */
int dns_wire_parse(const void *message, size_t len, enum dns_type type, struct dns_records *ret, struct problem *p)
	NONNULL(1, 4, 5) CHECK_RESULT;

void dns_records_add(struct dns_records *records, const void *data, size_t len) NONNULL(1);
void dns_records_clear(struct dns_records *records) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The records that answer a question, out of a DNS message in wire format (RFC 1035 4). */
#ifndef CHERT_VALIDATOR_DNS_WIRE_H
#define CHERT_VALIDATOR_DNS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/problem.h"

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_CAA = 257,
};
enum dns_rcode { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };

#define DNS_MESSAGE_MAX 65535
#define DNS_RECORDS_MAX 100
#define DNS_CHAIN_MAX   16   /* CNAME records of one answer */
#define DNS_TEXT_SIZE   1024 /* of a name, NUL included: 255 octets, each perhaps escaped */

struct dns_record {
	/* A, AAAA: the address; TXT: its strings joined (RFC 8555 8.4); NS: the server's name; CAA: RDATA as sent. */
	uint8_t *data;
	size_t   len;
};

/* Names are in lower case, as in a zone file but without the last dot; the root is a dot alone. */
struct dns_records {
	struct dns_record items[DNS_RECORDS_MAX];
	size_t            n;
	unsigned          rcode;                /* as in the header of the message */
	char              owner[DNS_TEXT_SIZE]; /* the end of the CNAME chain, whether it has records or not */
	char              zone[DNS_TEXT_SIZE];  /* owner of the SOA record in answer or authority section, or empty */
};

/*
 * Takes the records of `type` that stand at the end of the CNAME chain that begins at the name asked for; records
 * past DNS_RECORDS_MAX are left out.  PROB_DNS: not a well-formed answer to one question, or a chain longer than
 * DNS_CHAIN_MAX.  *ret is empty at first, and is cleared by the caller.
 */
int dns_wire_parse(const void *message, size_t len, enum dns_type type, struct dns_records *ret, struct problem *p)
	NONNULL(1, 4, 5) CHECK_RESULT;

#define DNS_QUERY_MAX   300
#define DNS_NO_EXTENDED -1

/*
 * A question to a resolver, with EDNS; its length, 0 for a name that has escapes or is too long.  Our look-ups are
 * libunbound's: this is for what it does not tell.
 */
size_t dns_wire_query(uint16_t id, const char *name, enum dns_type type, uint8_t out[DNS_QUERY_MAX]) NONNULL(2, 4)
	CHECK_RESULT;
/* The first extended error (RFC 8914) of an answer to that question, else DNS_NO_EXTENDED. */
int dns_wire_extended_error(const void *message, size_t len, const uint8_t *query, size_t query_len) NONNULL(3);

/* For messages. */
const char *dns_type_name(enum dns_type type) RETURNS_NONNULL;
const char *dns_rcode_name(unsigned rcode) RETURNS_NONNULL;

void dns_records_add(struct dns_records *records, const void *data, size_t len) NONNULL(1);
void dns_records_clear(struct dns_records *records) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The first byte chooses the type; what is found has the sizes of that type. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "validator/dns-wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type         types[] = { DNS_A, DNS_AAAA, DNS_TXT, DNS_CAA, DNS_NS, DNS_SOA };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_free void                    *message = NULL;
	struct dns_records                 found = { 0 };
	enum dns_type                      type;
	uint8_t                            query[DNS_QUERY_MAX];
	size_t                             query_len;
	int                                extended;

	if (size == 0)
		return 0;
	type = types[data[0] % ARRAY_LEN(types)];
	message = xmemdup(data + 1, size - 1);
	if (dns_wire_parse(message, size - 1, type, &found, &p) == 0)
		HOLDS(p.code == PROB_NONE);
	else
		HOLDS(p.code == PROB_DNS);
	HOLDS(found.n <= DNS_RECORDS_MAX && found.rcode <= 15);
	for (size_t i = 0; i < found.n; i++) {
		HOLDS(type != DNS_A || found.items[i].len == 4);
		HOLDS(type != DNS_AAAA || found.items[i].len == 16);
		HOLDS(found.items[i].len < (type == DNS_NS ? DNS_TEXT_SIZE : size));
	}
	HOLDS(strlen(found.owner) < DNS_TEXT_SIZE && !strchr(found.owner, '"'));
	HOLDS(strlen(found.zone) < DNS_TEXT_SIZE && !strchr(found.zone, '"'));
	dns_records_clear(&found);
	query_len = dns_wire_query(1, "a.test", type, query);
	HOLDS(query_len > 0);
	extended = dns_wire_extended_error(message, size - 1, query, query_len);
	HOLDS(extended >= DNS_NO_EXTENDED && extended <= UINT16_MAX);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines are records; the first byte says whether many names are wanted.  What is for another CA never permits. */
#include "fuzz.h"

#include <string.h>
#include <strings.h>

#include "validator/persist.h"

#define URI "https://ca.example/acct/123"
#define NOW 1800000000

static char                  *names[] = { (char[]){ "ca.example" } };
static const struct conf_list issuers = { names, ARRAY_LEN(names) };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct persist_claim               claim = {
			      .issuers = &issuers,
			      .account_uri = URI,
			      .hash_prefix = "https://ca.example/account-hash/",
			      .thumbprints = { "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },
			      .n_thumbprints = 1,
			      .domain = "example.com",
			      .now = NOW,
	};
	struct dns_records records = { .n = 0 };
	int64_t            until = 0;
	bool               named = false;

	if (size == 0)
		return 0;
	claim.many_names = data[0] & 1;
	for (size_t at = 1; at < size;) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t         len = end ? (size_t)(end - data) - at : size - at;

		dns_records_add(&records, data + at, len);
		named |= memmem(data + at, len, "example", strlen("example")) != NULL;
		at += len + 1;
	}
	if (persist_judge(&records, &claim, &until, &p) == 0)
		HOLDS(p.code == PROB_NONE && until >= NOW && named);
	else
		HOLDS(p.code == PROB_MALFORMED || p.code == PROB_UNAUTHORIZED);
	HOLDS(!strchr(p.detail, '"'));
	dns_records_clear(&records);
	return 0;
}

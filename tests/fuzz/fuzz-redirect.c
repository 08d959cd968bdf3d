/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever Location says: what comes of it is http or https, on one of the two ports, and leads to itself. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "validator/hop.h"

static const struct hop_ports ports = { 80, 443 };

static void check(const struct hop *from, const struct hop *to)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(hop) struct hop             *again = NULL;
	struct addr                        a;

	HOLDS((strncmp(to->url, "http://", 7) == 0 && to->port == 80) ||
	      (strncmp(to->url, "https://", 8) == 0 && to->port == 443));
	HOLDS(!strchr(to->url, '#') && !strpbrk(to->host, "@/:[]%") == !strchr(to->host, ':'));
	HOLDS(to->literal == addr_from_text(to->host, &a));
	if (strlen(to->url) > HOP_URL_MAX)
		return;
	HOLDS(hop_redirect(from, to->url, &ports, &again, &p) == 0);
	HOLDS(strcmp(again->host, to->host) == 0 && again->port == to->port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(hop) struct hop             *from = hop_first("a.example", 80, "/.well-known/acme-challenge/token");
	auto_(hop) struct hop             *to = NULL;
	auto_free char                    *location = xcalloc(size + 1, 1);

	if (size > 0)
		memcpy(location, data, size);
	if (hop_redirect(from, location, &ports, &to, &p) == 0)
		check(from, to);
	else
		HOLDS(p.code == PROB_UNAUTHORIZED && !to);
	return 0;
}

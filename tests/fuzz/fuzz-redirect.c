/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever Location says: what comes of it is http or https, on one of the two ports, and leads to itself; it is shown
 * without a query, as one line.
 */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "validator/hop.h"

static const struct hop_ports ports = { 80, 443 };

static void check_shown(const struct hop *hop)
{
	char        out[64];
	const char *query;

	hop_show(hop, "token", out, sizeof(out));
	query = strchr(out, '?');
	HOLDS(!query || strcmp(query, "?...") == 0);
	HOLDS((query != NULL) == (strchr(hop->url, '?') != NULL));
	for (const char *c = out; *c; c++)
		HOLDS(*c > ' ' && *c < 0x7f && *c != '"');
}

static void check(const struct hop *from, const struct hop *to)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(hop) struct hop             *again = NULL;
	struct addr                        a;

	check_shown(to);
	HOLDS(strncmp(to->url, to->tls ? "https://" : "http://", to->tls ? 8 : 7) == 0);
	HOLDS(to->port == (to->tls ? 443 : 80));
	HOLDS(!strchr(to->url, '#') && !strpbrk(to->host, "@/:[]%") == !strchr(to->host, ':'));
	HOLDS(to->literal == addr_from_text(to->host, &a));
	if (strlen(to->url) > HOP_URL_MAX)
		return;
	HOLDS(hop_redirect(from, to->url, &ports, &again, &p) == 0);
	HOLDS(strcmp(again->url, to->url) == 0 && strcmp(again->host, to->host) == 0 && again->port == to->port);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate with another chain than the default one (RFC 8555 7.4.2). */
#include <string.h>

#include "acme/link.h"
#include "responder/certificate.h"

/* The one way to write it, so that every chain has one URL; 0 when it is no number above 0. */
static unsigned chain_number(const char *word)
{
	size_t len = strlen(word);

	if (len > 3 || strspn(word, "0123456789") < len || word[0] == '0')
		return 0;
	return (unsigned)strtoul(word, NULL, 10);
}

static int read_alternate(struct exchange *x, struct problem *p)
{
	unsigned chain = chain_number(x->args.word);

	if (chain == 0)
		return problem_set(p, PROB_NOT_FOUND, "no such certificate");
	return certificate_reply(x, chain, p);
}

const struct resource rt_alternate = {
	.name = "alternate",
	.path = LINK_ALTERNATE,
	.summary = "A certificate with one of its other chains, numbered from 1",
	.auth = AUTH_KID,
	.read = read_alternate,
};

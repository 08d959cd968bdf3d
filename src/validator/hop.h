/* SPDX-License-Identifier: BSD-2-Clause */
/* Where one HTTP request of an http-01 validation goes: the first by RFC 8555 8.3, the others by redirect. */
#ifndef CHERT_VALIDATOR_HOP_H
#define CHERT_VALIDATOR_HOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/problem.h"
#include "pki/ident.h"

#define HOP_URL_MAX 2000

struct hop {
	char       *url;                 /* one for each way to write it, so that loops show */
	char        host[IDENT_MAX + 1]; /* lower case; an IPv6 literal without brackets */
	uint16_t    port;
	bool        tls;
	bool        literal; /* host is the address in addr */
	struct addr addr;
};

/* The ports a hop may lead to, by scheme. */
struct hop_ports {
	uint16_t http, https;
};

/* http://host[:port]path; the host is a checked identifier: a DNS name or an address (RFC 8738 5). */
struct hop *hop_first(const char *host, uint16_t port, const char *path) RETURNS_NONNULL NONNULL(1, 3);
/*
 * Where `location` leads to from `from`.  PROB_UNAUTHORIZED: not a URL, a scheme other than http and https, a
 * port other than the two, user information, a host that is neither a DNS name nor an address.  Addresses are not
 * judged here.
 */
int hop_redirect(const struct hop *from, const char *location, const struct hop_ports *ports, struct hop **ret,
                 struct problem *p) NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;
/*
 * The URL as others than the operator may see it: no query, which is where redirects of strangers carry their secrets;
 * printable ASCII without double quotes; {token} in place of `token` (may be NULL); cut to size.
 */
void hop_show(const struct hop *hop, const char *token, char *out, size_t size) NONNULL(1, 3);
void hop_free(struct hop *hop);
DEFINE_FREEP(hop, struct hop *, hop_free);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Where one HTTP request of an http-01 validation goes: the first by RFC 8555 8.3, the others by redirect. */
#ifndef CHERT_VALIDATOR_HOP_H
#define CHERT_VALIDATOR_HOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/problem.h"
#include "base/address.h"

#define HOP_URL_MAX  2000
#define HOP_HOST_MAX 253

struct hop {
	char       *url;
	char        host[HOP_HOST_MAX + 1]; /* lower case; an IPv6 literal without brackets */
	uint16_t    port;
	bool        literal; /* host is the address in addr */
	struct addr addr;
};

/* The ports a hop may lead to, by scheme. */
struct hop_ports {
	uint16_t http, https;
};

/* http://host[:port]path; the host is a checked identifier. */
struct hop *hop_first(const char *host, uint16_t port, const char *path) RETURNS_NONNULL NONNULL(1, 3);
/*
 * Where `location` leads to from `from`.  PROB_UNAUTHORIZED: not a URL, a scheme other than http and https, a
 * port other than the two, user information, a host that is neither a DNS name nor an address.  Addresses are not
 * judged here.
 */
int  hop_redirect(const struct hop *from, const char *location, const struct hop_ports *ports, struct hop **ret,
                  struct problem *p) NONNULL(1, 2, 3, 4, 5) CHECK_RESULT;
void hop_free(struct hop *hop);
DEFINE_FREEP(hop, struct hop *, hop_free);

#endif

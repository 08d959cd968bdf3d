/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TLS handshake with one address, over libevent: no name is looked up, no socket is opened to an address that the
 * policy refuses, no application data is exchanged (RFC 8737 4), and no certificate is judged.
 */
#ifndef CHERT_VALIDATOR_TLS_CLIENT_H
#define CHERT_VALIDATOR_TLS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/problem.h"
#include "validator/method.h"

struct tls_client;

struct tls_target {
	struct addr addr;
	uint16_t    port;
	const char *server_name; /* SNI (RFC 6066 3) */
	const char *protocol;    /* the one offered (RFC 7301) */
};

struct tls_peer {
	const char    *version;
	bool           agreed; /* it chose the protocol offered */
	const uint8_t *cert;   /* its own certificate, DER; NULL: none, or none of X.509 */
	size_t         cert_len;
};

/*
 * Exactly one of peer and problem; peer is valid until tls_client_free(), and the problem may be moved away.
 * unreachable: there was no TCP connection, so another address may be tried.  PROB_CONNECTION, PROB_TLS,
 * PROB_FORBIDDEN_ADDRESS, PROB_SYSTEM.
 */
typedef void tls_cb(void *arg, const struct tls_peer *peer, struct problem *p, bool unreachable);

/* cb is called once, later, from the loop.  env must outlive it; target is copied. */
struct tls_client *tls_client_new(const struct method_env *env, const struct tls_target *target, tls_cb *cb,
                                  void *arg) RETURNS_NONNULL NONNULL(1, 2, 3);
/* What it is at, as the end of a sentence. */
const char *tls_client_doing(const struct tls_client *c) RETURNS_NONNULL NONNULL(1);
/* cb is not called any more; may be called from within it. */
void tls_client_free(struct tls_client *c);
DEFINE_FREEP(tls_client, struct tls_client *, tls_client_free);

#endif

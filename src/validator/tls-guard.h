/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps a server from choosing what a handshake costs: GnuTLS verifies with, or encrypts to, an RSA key of any size, and
 * computes with Diffie-Hellman parameters of any size.
 */
#ifndef CHERT_VALIDATOR_TLS_GUARD_H
#define CHERT_VALIDATOR_TLS_GUARD_H

#include "base/cleanup.h"
#include "pki/gnutls.h"

/* NULL when an operation with the key takes no long time: RSA within rsa_excess(), ECDSA, EdDSA; else what it is. */
const char *tls_key_flaw(gnutls_pubkey_t key) NONNULL(1) CHECK_RESULT;

/*
 * Before the first gnutls_handshake().  Takes the session's pointer and hook: a handshake that would cost too much fails
 * before it does, and *flaw, which must outlive the session, tells why.
 */
void tls_guard(gnutls_session_t session, const char **flaw) NONNULL(1, 2);

#endif

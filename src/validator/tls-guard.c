/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/tls-guard.h"

#include "pki/rsa.h"

#define HANDSHAKE_MAX 16384 /* all of its messages, the certificates among them */

/* --- keys */

static const char *rsa_key_flaw(gnutls_pubkey_t key)
{
	auto_clear(gdatum) gnutls_datum_t n = { 0 };
	auto_clear(gdatum) gnutls_datum_t e = { 0 };

	if (gnutls_pubkey_export_rsa_raw2(key, &n, &e, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
		return "RSA key cannot be read";
	return rsa_excess(&n, &e);
}

const char *tls_key_flaw(gnutls_pubkey_t key)
{
	/* These bring no parameters: GnuTLS knows a few curves by name. */
	static const int curves[] = { GNUTLS_PK_ECDSA, GNUTLS_PK_EDDSA_ED25519, GNUTLS_PK_EDDSA_ED448 };
	int              algorithm = gnutls_pubkey_get_pk_algorithm(key, NULL);

	if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
		return rsa_key_flaw(key);
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		if (algorithm == curves[i])
			return NULL;
	}
	return "public key is none of RSA, ECDSA and EdDSA";
}

/* --- handshakes */

static int refuse(const char **flaw, const char *why)
{
	*flaw = why;
	return GNUTLS_E_CERTIFICATE_ERROR;
}

/* Nothing but the server's own certificate: nobody verifies who signed it. */
static int check_certificate(gnutls_session_t session, const char **flaw)
{
	auto_(gcrt) gnutls_x509_crt_t  crt = NULL;
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	const char                    *why;
	unsigned                       n = 0;
	const gnutls_datum_t          *chain = gnutls_certificate_get_peers(session, &n);
	int                            r;

	if (!chain || n == 0 || gnutls_certificate_type_get2(session, GNUTLS_CTYPE_SERVER) != GNUTLS_CRT_X509)
		return refuse(flaw, "there is no X.509 certificate");
	r = gnutls_x509_crt_init(&crt);
	if (r >= 0)
		r = gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER);
	if (r >= 0)
		r = gnutls_pubkey_init(&key);
	if (r >= 0)
		r = gnutls_pubkey_import_x509(key, crt, 0);
	if (r < 0)
		return r;
	why = tls_key_flaw(key);
	return why ? refuse(flaw, why) : 0;
}

/* Of TLS 1.2 alone; the groups of TLS 1.3 have names. */
static int check_key_exchange(gnutls_session_t session, const char **flaw)
{
	gnutls_kx_algorithm_t kx = gnutls_kx_get(session);

	if (kx == GNUTLS_KX_ECDHE_ECDSA || kx == GNUTLS_KX_ECDHE_RSA)
		return check_certificate(session, flaw);
	return refuse(flaw, "key exchange is none of RSA and ECDHE");
}

/*
 * What follows the Certificate before its key is used, and comes once in a handshake.  At the Certificate itself GnuTLS
 * has not read it yet: it does so between the two.
 */
static const struct {
	unsigned type;
	int (*check)(gnutls_session_t session, const char **flaw);
} checks[] = {
	{ GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE, check_key_exchange }, /* is signed (RFC 8422 5.4) */
	{ GNUTLS_HANDSHAKE_SERVER_HELLO_DONE, check_certificate },    /* is answered with RSA (RFC 5246 7.4.7.1) */
	{ GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY, check_certificate },   /* is a signature (RFC 8446 4.4.3) */
};

static int before_message(gnutls_session_t session, unsigned type, unsigned when UNUSED, unsigned incoming,
                          const gnutls_datum_t *message UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (incoming && checks[i].type == type)
			return checks[i].check(session, gnutls_session_get_ptr(session));
	}
	return 0;
}

void tls_guard(gnutls_session_t session, const char **flaw)
{
	gnutls_session_set_ptr(session, flaw);
	gnutls_handshake_set_max_packet_length(session, HANDSHAKE_MAX);
	gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, before_message);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate of a tls-alpn-01 server: what is accepted, GnuTLS reads as what it must be. */
#include "fuzz.h"

#include <string.h>

#include "pki/crt.h"
#include "validator/alpn-cert.h"

#define OID_ACME_IDENTIFIER "1.3.6.1.5.5.7.1.31"

/* All bytes of the digest are 0x5a. */
static const struct ident idents[] = {
	{ .type = "dns", .value = "a.example" },
	{ .type = "ip", .value = "192.0.2.1" },
	{ .type = "ip", .value = "2001:db8::1" },
};

static void check_names(gnutls_x509_crt_t crt)
{
	char     name[256];
	size_t   len = sizeof(name);
	unsigned type, critical;

	HOLDS(gnutls_x509_crt_get_subject_alt_name2(crt, 0, name, &len, &type, &critical) >= 0);
	HOLDS(type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_IPADDRESS);
	len = sizeof(name);
	HOLDS(gnutls_x509_crt_get_subject_alt_name2(crt, 1, name, &len, &type, &critical) ==
	      GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
}

static void check_acme_identifier(gnutls_x509_crt_t crt, const uint8_t *digest)
{
	auto_clear(gdatum) gnutls_datum_t value = { 0 };
	unsigned                          critical;

	HOLDS(gnutls_x509_crt_get_extension_by_oid2(crt, OID_ACME_IDENTIFIER, 0, &value, &critical) == 0);
	HOLDS(critical && value.size == 2 + SHA256_LEN && memcmp(value.data, "\x04\x20", 2) == 0);
	HOLDS(memcmp(value.data + 2, digest, SHA256_LEN) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t digest[SHA256_LEN];
	size_t  accepted = 0;

	memset(digest, 0x5a, sizeof(digest));
	for (size_t i = 0; i < ARRAY_LEN(idents); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT;
		auto_(gcrt) gnutls_x509_crt_t      crt = NULL;
		int                                r = alpn_cert_check(data, size, &idents[i], digest, &p);

		HOLDS(r == 0 || (r == -PROB_INCORRECT_RESPONSE && p.detail[0] && !strpbrk(p.detail, "\"\n")));
		if (r < 0)
			continue;
		accepted++;
		HOLDS(crt_from_der(data, size, &crt, &q) == 0);
		check_names(crt);
		check_acme_identifier(crt, digest);
	}
	HOLDS(accepted <= 1);
	return 0;
}

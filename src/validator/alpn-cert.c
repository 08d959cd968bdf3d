/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/alpn-cert.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/hex.h"
#include "base/mem.h"
#include "pki/crt.h"
#include "pki/der.h"
#include "pki/extension.h"
#include "validator/excerpt.h"
#include "validator/tls-guard.h"

#define TAG_VERSION    0xa0
#define TAG_ISSUER_ID  0x81
#define TAG_SUBJECT_ID 0x82
#define TAG_EXTENSIONS 0xa3
#define VERSION_3      2
#define SHOWN_NAME     100

static const struct der oid_acme_identifier = DER_OCTETS(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f);

/* The parts of a certificate, as pointers into it. */
struct certificate {
	struct der        tbs, algorithm, issuer, subject; /* headers included */
	struct der        signature;
	struct extensions extensions;
};

static int broken(const char *what, struct problem *p)
{
	return problem_set(p, PROB_INCORRECT_RESPONSE, "certificate is not strict DER of RFC 5280: %s", what);
}

static bool is_version_3(struct der *tbs)
{
	struct der version, number;

	return der_take(tbs, TAG_VERSION, &version, NULL) && der_take(&version, DER_INTEGER, &number, NULL) &&
	       version.len == 0 && number.len == 1 && number.p[0] == VERSION_3;
}

static int read_extensions(struct der *tbs, struct certificate *ret, struct problem *p)
{
	struct der  outer, list, ignored;
	const char *wrong;

	(void)!der_take(tbs, TAG_ISSUER_ID, &ignored, NULL);
	(void)!der_take(tbs, TAG_SUBJECT_ID, &ignored, NULL);
	if (!der_take(tbs, TAG_EXTENSIONS, &outer, NULL) || !der_take(&outer, DER_SEQUENCE, &list, NULL) ||
	    outer.len > 0 || tbs->len > 0)
		return broken("it has no extensions, or something after them", p);
	wrong = extensions_read(list, &ret->extensions);
	return wrong ? problem_set(p, PROB_INCORRECT_RESPONSE, "certificate has %s", wrong) : 0;
}

/* RFC 5280 4.1: TBSCertificate. */
static int read_tbs(struct der tbs, struct certificate *ret, struct problem *p)
{
	struct der ignored, algorithm;

	if (!is_version_3(&tbs))
		return broken("its version is not 3", p);
	if (!der_take(&tbs, DER_INTEGER, &ignored, NULL) || !der_take(&tbs, DER_SEQUENCE, &ignored, &algorithm))
		return broken("it has no serial number and signature algorithm", p);
	if (!der_equal(&algorithm, &ret->algorithm))
		return broken("it has two different signature algorithms", p);
	if (!der_take(&tbs, DER_SEQUENCE, &ignored, &ret->issuer) || !der_take(&tbs, DER_SEQUENCE, &ignored, NULL) ||
	    !der_take(&tbs, DER_SEQUENCE, &ignored, &ret->subject) || !der_take(&tbs, DER_SEQUENCE, &ignored, NULL))
		return broken("it has no issuer, validity, subject and public key", p);
	return read_extensions(&tbs, ret, p);
}

static int read_certificate(const void *der, size_t len, struct certificate *ret, struct problem *p)
{
	struct der in = { der, len }, outer, tbs, ignored;

	if (!der_take(&in, DER_SEQUENCE, &outer, NULL) || in.len > 0)
		return broken("it is not exactly one sequence", p);
	if (!der_take(&outer, DER_SEQUENCE, &tbs, &ret->tbs) ||
	    !der_take(&outer, DER_SEQUENCE, &ignored, &ret->algorithm) ||
	    !der_take(&outer, DER_BIT_STRING, &ret->signature, NULL) || outer.len > 0)
		return broken("it does not consist of certificate, signature algorithm and signature", p);
	/* X.690 8.6.2: the first octet counts unused bits. */
	if (ret->signature.len < 2 || ret->signature.p[0] != 0)
		return broken("its signature is empty or no whole number of octets", p);
	return read_tbs(tbs, ret, p);
}

/* RFC 8738 6 has an address as 4 or 16 octets; names compare without regard to case (RFC 8737 3). */
static bool is_name_of(const struct ident *ident, int tag, const struct der *name)
{
	struct addr wanted, found;

	if (addr_from_text(ident->value, &wanted))
		return tag == TAG_IP_ADDRESS && addr_from_bytes(name->p, name->len, &found) &&
		       addr_equal(&wanted, &found);
	return tag == TAG_DNS_NAME && name->len == strlen(ident->value) &&
	       strncasecmp((const char *)name->p, ident->value, name->len) == 0;
}

static void show_name(int tag, const struct der *name, char out[SHOWN_NAME])
{
	struct addr a;

	if (tag == TAG_IP_ADDRESS && addr_from_bytes(name->p, name->len, &a))
		addr_to_text(&a, out);
	else
		excerpt(out, SHOWN_NAME, name->p, name->len, NULL);
}

/* RFC 5280 4.2.1.6 */
static int check_names(struct der value, const struct ident *ident, struct problem *p)
{
	struct der list, name;
	char       found[SHOWN_NAME];
	int        tag;

	if (!der_take(&value, DER_SEQUENCE, &list, NULL) || value.len > 0)
		return broken("its subjectAltName is no sequence of names", p);
	tag = der_peek(&list);
	if (tag < 0 || !der_take(&list, (uint8_t)tag, &name, NULL))
		return broken("its subjectAltName has no well-formed name", p);
	if (is_name_of(ident, tag, &name) && list.len == 0)
		return 0;
	problem_set(p, PROB_INCORRECT_RESPONSE, "certificate is for %s, expected the subjectAltName %s and no other",
	            list.len > 0 ? "several names" : "another name", ident->value);
	show_name(tag, &name, found);
	return problem_cause(p, "the first name is %s (tag 0x%02x, %zu bytes)", found, (unsigned)tag, name.len);
}

static int check_acme_identifier(const struct extension *ext, const uint8_t *digest, struct problem *p)
{
	char       wanted[2 * SHA256_LEN + 1], found[2 * SHA256_LEN + 1];
	struct der value = ext->value, octets;

	if (!ext->critical)
		return problem_set(p, PROB_INCORRECT_RESPONSE,
		                   "certificate has an acmeIdentifier that is not critical");
	if (!der_take(&value, DER_OCTET_STRING, &octets, NULL) || value.len > 0 || octets.len != SHA256_LEN)
		return problem_set(p, PROB_INCORRECT_RESPONSE,
		                   "certificate has an acmeIdentifier that is no OCTET STRING of %d bytes", SHA256_LEN);
	if (gnutls_memcmp(octets.p, digest, SHA256_LEN) == 0)
		return 0;
	hex_encode(digest, SHA256_LEN, wanted);
	hex_encode(octets.p, SHA256_LEN, found);
	problem_set(p, PROB_INCORRECT_RESPONSE,
	            "certificate has an acmeIdentifier for another key authorization, expected %s", wanted);
	return problem_cause(p, "acmeIdentifier is %s", found);
}

static int check_extensions(const struct extensions *list, const struct ident *ident, const uint8_t *digest,
                            struct problem *p)
{
	const struct extension *acme = extensions_find(list, &oid_acme_identifier);
	const struct extension *san = extensions_find(list, &oid_subject_alt_name);
	int                     r;

	if (!acme)
		return problem_set(p, PROB_INCORRECT_RESPONSE,
		                   "certificate has no acmeIdentifier, so it is not one for tls-alpn-01");
	if (!san)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "certificate has no subjectAltName, expected %s",
		                   ident->value);
	r = check_names(san->value, ident, p);
	return r < 0 ? r : check_acme_identifier(acme, digest, p);
}

static int verify(const struct certificate *crt, gnutls_x509_crt_t parsed, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	auto_free uint8_t             *tbs = xmemdup(crt->tbs.p, crt->tbs.len);
	auto_free uint8_t             *octets = xmemdup(crt->signature.p + 1, crt->signature.len - 1);
	gnutls_datum_t                 data = { tbs, (unsigned)crt->tbs.len };
	gnutls_datum_t                 signature = { octets, (unsigned)crt->signature.len - 1 };
	const char                    *flaw;
	int                            r = gnutls_pubkey_init(&key), algorithm;

	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "cannot allocate a public key");
	r = gnutls_pubkey_import_x509(key, parsed, 0);
	if (r < 0)
		return problem_gnutls(p, PROB_INCORRECT_RESPONSE, r, "certificate has an unsupported public key");
	flaw = tls_key_flaw(key);
	if (flaw)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "certificate is refused: %s", flaw);
	algorithm = gnutls_x509_crt_get_signature_algorithm(parsed);
	if (algorithm <= GNUTLS_SIGN_UNKNOWN)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "certificate has an unsupported signature algorithm");
	r = gnutls_pubkey_verify_data2(key, (gnutls_sign_algorithm_t)algorithm, 0, &data, &signature);
	if (r < 0)
		return problem_gnutls(p, PROB_INCORRECT_RESPONSE, r,
		                      "certificate is not self-signed: its signature is not by its own key");
	return 0;
}

/*
 * RFC 8737 3: the client makes a self-signed one.  A certificate that somebody else has signed was made for something
 * else.
 */
static int check_self_signed(const void *der, size_t len, const struct certificate *crt, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	auto_(gcrt) gnutls_x509_crt_t      parsed = NULL;

	if (!der_equal(&crt->issuer, &crt->subject))
		return problem_set(p, PROB_INCORRECT_RESPONSE,
		                   "certificate is not self-signed: its issuer is not its subject");
	if (crt_from_der(der, len, &parsed, &why) < 0) {
		problem_set(p, PROB_INCORRECT_RESPONSE, "%s", why.detail);
		return problem_cause(p, "%s", why.cause);
	}
	return verify(crt, parsed, p);
}

int alpn_cert_check(const void *der, size_t len, const struct ident *ident, const uint8_t *digest, struct problem *p)
{
	struct certificate crt = { 0 };
	int                r;

	if (len > CRT_MAX)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "certificate of %zu bytes exceeds %d", len, CRT_MAX);
	r = read_certificate(der, len, &crt, p);
	if (r == 0)
		r = check_extensions(&crt.extensions, ident, digest, p);
	if (r == 0)
		r = check_self_signed(der, len, &crt, p);
	return r;
}

void alpn_server_name(const struct ident *ident, char *out)
{
	static const char digits[] = "0123456789abcdef";
	struct addr       a;

	if (!addr_from_text(ident->value, &a)) {
		snprintf(out, ALPN_SERVER_NAME_MAX, "%s", ident->value);
		return;
	}
	if (!a.v6) {
		snprintf(out, ALPN_SERVER_NAME_MAX, "%u.%u.%u.%u.in-addr.arpa", a.b[3], a.b[2], a.b[1], a.b[0]);
		return;
	}
	for (size_t i = sizeof(a.b); i-- > 0;) {
		*out++ = digits[a.b[i] & 0xf];
		*out++ = '.';
		*out++ = digits[a.b[i] >> 4];
		*out++ = '.';
	}
	memcpy(out, "ip6.arpa", sizeof("ip6.arpa"));
}

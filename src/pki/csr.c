/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/csr.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "pki/der.h"
#include "pki/extension.h"

/*
 * The request is read here, strictly and in one pass; GnuTLS gets the public key and the signed bytes only.  Its own
 * reader takes BER lengths, ignores a second extensionRequest, and decodes everything again for each extension, which
 * costs seconds for a request of a few kilobytes.
 */
#define ATTRIBUTES_MAX     8
#define RDNS_MAX           10
#define NAMES_MAX          128 /* before duplicates are dropped: a little more than an order may have */
#define TAG_ATTRIBUTES     0xa0
#define TAG_PRINTABLE_TEXT 0x13
#define TAG_IA5_TEXT       0x16

struct names {
	struct ident *items;
	size_t        n;
};

/* The parts of a request, as pointers into it. */
struct request {
	struct der   tbs, spki, algorithm, signature; /* headers included, but for the signature */
	struct der   subject, attributes, extensions;
	bool         has_extensions, has_san;
	struct names sans, cns;
};

static void request_clear(struct request *req)
{
	free(req->sans.items);
	free(req->cns.items);
}

static const struct der oid_common_name = DER_OCTETS(0x55, 0x04, 0x03);
static const struct der oid_basic_constraints = DER_OCTETS(0x55, 0x1d, 0x13);
static const struct der oid_extension_request = DER_OCTETS(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e);
static const struct der oid_ms_extensions = DER_OCTETS(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e);

/* clang-format off */
/* Whole AlgorithmIdentifiers, octet by octet as the baseline requirements 7.1.3.2 give them; others are refused. */
#define RSA_WITH(hash)                                                                                              \
	DER_OCTETS(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, hash, 0x05, 0x00)
#define ECDSA_WITH(hash) DER_OCTETS(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, hash)
#define PSS_WITH(hash, salt)                                                                                        \
	DER_OCTETS(0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x34, 0xa0,  \
	           0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash, 0x05, 0x00,  \
	           0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30,  \
	           0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash, 0x05, 0x00, 0xa2, 0x03,  \
	           0x02, 0x01, salt)

static const struct {
	struct der              identifier;
	gnutls_sign_algorithm_t id;
} signature_algorithms[] = {
	{ RSA_WITH(0x0b), GNUTLS_SIGN_RSA_SHA256 },
	{ RSA_WITH(0x0c), GNUTLS_SIGN_RSA_SHA384 },
	{ RSA_WITH(0x0d), GNUTLS_SIGN_RSA_SHA512 },
	{ PSS_WITH(0x01, 0x20), GNUTLS_SIGN_RSA_PSS_RSAE_SHA256 },
	{ PSS_WITH(0x02, 0x30), GNUTLS_SIGN_RSA_PSS_RSAE_SHA384 },
	{ PSS_WITH(0x03, 0x40), GNUTLS_SIGN_RSA_PSS_RSAE_SHA512 },
	{ ECDSA_WITH(0x02), GNUTLS_SIGN_ECDSA_SHA256 },
	{ ECDSA_WITH(0x03), GNUTLS_SIGN_ECDSA_SHA384 },
	{ ECDSA_WITH(0x04), GNUTLS_SIGN_ECDSA_SHA512 },
};
/* clang-format on */

static int broken(const char *where, struct problem *p)
{
	return problem_set(p, PROB_BAD_CSR, "CSR is not strict DER of RFC 2986: %s", where);
}

/* RFC 2986 4.2: CertificationRequest and CertificationRequestInfo. */
static int read_request(const void *der, size_t len, struct request *req, struct problem *p)
{
	struct der in = { der, len }, outer, info, ignored;

	if (!der_take(&in, DER_SEQUENCE, &outer, NULL) || in.len > 0)
		return broken("it is not exactly one sequence", p);
	if (!der_take(&outer, DER_SEQUENCE, &info, &req->tbs) ||
	    !der_take(&outer, DER_SEQUENCE, &ignored, &req->algorithm) ||
	    !der_take(&outer, DER_BIT_STRING, &req->signature, NULL) || outer.len > 0)
		return broken("it does not consist of request, signature algorithm and signature", p);
	/* RFC 2986 4.1 knows only version 0; Ruby's acme-client writes 2 and means the same. */
	if (!der_take(&info, DER_INTEGER, &ignored, NULL))
		return broken("it has no version", p);
	if (!der_take(&info, DER_SEQUENCE, &req->subject, NULL))
		return broken("it has no subject", p);
	if (!der_take(&info, DER_SEQUENCE, &ignored, &req->spki))
		return broken("it has no public key", p);
	if (!der_take(&info, TAG_ATTRIBUTES, &req->attributes, NULL) || info.len > 0)
		return broken("it has no attributes, or something after them", p);
	/* X.690 8.6.2: the first octet counts unused bits. */
	if (req->signature.len < 2 || req->signature.p[0] != 0)
		return broken("its signature is empty or no whole number of octets", p);
	return 0;
}

/* A place for names, and what identifier a text there is. */
struct place {
	const char *name;
	int (*read)(const char *text, struct ident *ret, struct problem *p);
};

static int read_dns_name(const char *text, struct ident *ret, struct problem *p)
{
	return ident_from_text("dns", text, ret, p);
}

static int read_ip_address(const char *text, struct ident *ret, struct problem *p)
{
	return ident_from_text("ip", text, ret, p);
}

static const struct place common_name = { "commonName", ident_from_name };
static const struct place dns_name = { "subjectAltName", read_dns_name };
static const struct place ip_address = { "subjectAltName", read_ip_address };

static int add_text(const char *text, const struct place *place, struct names *names, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	struct ident                       id;

	if (names->n == NAMES_MAX)
		return problem_set(p, PROB_BAD_CSR, "CSR has more than %d names in its %s", NAMES_MAX, place->name);
	if (place->read(text, &id, &why) < 0)
		return problem_set(p, PROB_BAD_CSR, "CSR has an unusable name in its %s: %s", place->name, why.detail);
	names->items = xrealloc(names->items, names->n + 1, sizeof(id));
	names->items[names->n++] = id;
	return 0;
}

static int add_name(const struct der *text, const struct place *place, struct names *names, struct problem *p)
{
	char value[IDENT_MAX + 2 + 1];

	if (text->len >= sizeof(value))
		return problem_set(p, PROB_BAD_CSR, "CSR has a name of %zu bytes in its %s", text->len, place->name);
	if (memchr(text->p, '\0', text->len))
		return problem_set(p, PROB_BAD_CSR, "CSR has a name with a zero byte in its %s", place->name);
	memcpy(value, text->p, text->len);
	value[text->len] = '\0';
	return add_text(value, place, names, p);
}

/* RFC 5280 4.2.1.6: network order, without a mask. */
static int add_address(const struct der *octets, const struct place *place, struct names *names, struct problem *p)
{
	char        text[ADDR_TEXT_MAX];
	struct addr address;

	if (!addr_from_bytes(octets->p, octets->len, &address))
		return problem_set(p, PROB_BAD_CSR, "CSR has an iPAddress of %zu octets, expected 4 or 16",
		                   octets->len);
	addr_to_text(&address, text);
	return add_text(text, place, names, p);
}

/* RFC 5280 4.1.2.4; of all attributes only the common name matters (RFC 8555 7.4). */
static int read_attribute_value(struct der *rdn, struct request *req, struct problem *p)
{
	struct der pair, oid, text;
	int        tag;

	if (!der_take(rdn, DER_SEQUENCE, &pair, NULL) || !der_take(&pair, DER_OID, &oid, NULL))
		return broken("its subject is no sequence of attributes", p);
	tag = der_peek(&pair);
	if (tag < 0 || !der_take(&pair, (uint8_t)tag, &text, NULL) || pair.len > 0)
		return broken("its subject has an attribute without exactly one value", p);
	if (!der_equal(&oid, &oid_common_name))
		return 0;
	if (tag != DER_UTF8_STRING && tag != TAG_PRINTABLE_TEXT && tag != TAG_IA5_TEXT)
		return problem_set(p, PROB_BAD_CSR,
		                   "CSR has a commonName that is neither UTF8String, PrintableString nor IA5String");
	return add_name(&text, &common_name, &req->cns, p);
}

static int read_subject(struct request *req, struct problem *p)
{
	struct der subject = req->subject, rdn;
	size_t     n = 0;
	int        r;

	while (subject.len > 0) {
		if (!der_take(&subject, DER_SET, &rdn, NULL) || rdn.len == 0)
			return broken("its subject is no sequence of non-empty sets", p);
		while (rdn.len > 0) {
			if (++n > RDNS_MAX)
				return problem_set(p, PROB_BAD_CSR, "CSR has more than %d attributes in its subject",
				                   RDNS_MAX);
			r = read_attribute_value(&rdn, req, p);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int add_extensions(struct der *values, struct request *req, struct problem *p)
{
	if (req->has_extensions)
		return problem_set(p, PROB_BAD_CSR, "CSR has two extensionRequest attributes");
	if (!der_take(values, DER_SEQUENCE, &req->extensions, NULL))
		return broken("its extensionRequest is no sequence", p);
	if (values->len > 0)
		return problem_set(p, PROB_BAD_CSR, "CSR has an extensionRequest with two values");
	req->has_extensions = true;
	return 0;
}

/* RFC 2986 4.1, RFC 2985 5.4.2.  The rest (challengePassword and the like) is nothing to a CA that asks for proof. */
static int read_attributes(struct request *req, struct problem *p)
{
	struct der attributes = req->attributes, one, oid, values;

	for (size_t n = 0; attributes.len > 0; n++) {
		if (n == ATTRIBUTES_MAX)
			return problem_set(p, PROB_BAD_CSR, "CSR has more than %d attributes", ATTRIBUTES_MAX);
		if (!der_take(&attributes, DER_SEQUENCE, &one, NULL) || !der_take(&one, DER_OID, &oid, NULL) ||
		    !der_take(&one, DER_SET, &values, NULL) || one.len > 0 || values.len == 0)
			return broken("it has an attribute that is not an identifier with values", p);
		if (der_equal(&oid, &oid_ms_extensions))
			return problem_set(
				p, PROB_BAD_CSR,
				"CSR has extensions in the Microsoft attribute; extensionRequest is expected");
		if (der_equal(&oid, &oid_extension_request)) {
			int r = add_extensions(&values, req, p);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int read_general_name(struct der *list, struct request *req, struct problem *p)
{
	struct der name;

	if (der_peek(list) < 0)
		return broken("its subjectAltName has a broken name", p);
	if (der_take(list, TAG_DNS_NAME, &name, NULL))
		return add_name(&name, &dns_name, &req->sans, p);
	if (der_take(list, TAG_IP_ADDRESS, &name, NULL))
		return add_address(&name, &ip_address, &req->sans, p);
	return problem_set(p, PROB_BAD_CSR, "CSR has a subjectAltName other than dNSName and iPAddress");
}

/* RFC 5280 4.2.1.6 */
static int read_san(struct der value, struct request *req, struct problem *p)
{
	struct der list;
	int        r = 0;

	if (!der_take(&value, DER_SEQUENCE, &list, NULL) || value.len > 0 || list.len == 0)
		return broken("its subjectAltName is no sequence of names", p);
	req->has_san = true;
	while (r == 0 && list.len > 0)
		r = read_general_name(&list, req, p);
	return r;
}

/* RFC 5280 4.2.1.9: cA comes first and, being DEFAULT FALSE, is there only when true. */
static int read_basic_constraints(struct der value, struct problem *p)
{
	struct der content, ca;

	if (!der_take(&value, DER_SEQUENCE, &content, NULL) || value.len > 0)
		return broken("its basicConstraints are no sequence", p);
	if (content.len == 0)
		return 0;
	if (der_take(&content, DER_BOOLEAN, &ca, NULL) && ca.len == 1 && ca.p[0] == 0xff)
		return problem_set(p, PROB_BAD_CSR, "CSR asks for a CA certificate");
	return broken("its basicConstraints do not start with a cA of TRUE", p);
}

static int read_extensions(struct request *req, struct problem *p)
{
	const struct extension *san, *constraints;
	struct extensions       list;
	const char             *wrong = extensions_read(req->extensions, &list);
	int                     r = 0;

	if (wrong)
		return problem_set(p, PROB_BAD_CSR, "CSR has %s", wrong);
	san = extensions_find(&list, &oid_subject_alt_name);
	constraints = extensions_find(&list, &oid_basic_constraints);
	if (san)
		r = read_san(san->value, req, p);
	if (r == 0 && constraints)
		r = read_basic_constraints(constraints->value, p);
	return r;
}

static void sort_unique(struct names *names)
{
	size_t kept = 0;

	if (names->n == 0)
		return;
	qsort(names->items, names->n, sizeof(*names->items), ident_compare);
	for (size_t i = 1; i < names->n; i++) {
		if (ident_compare(&names->items[kept], &names->items[i]) != 0)
			names->items[++kept] = names->items[i];
	}
	names->n = kept + 1;
}

/* RFC 8555 7.4 lets names be in either place.  With a subjectAltName, the common name only repeats one of them. */
static int settle_names(struct request *req, struct names *ret, struct problem *p)
{
	sort_unique(&req->sans);
	sort_unique(&req->cns);
	if (!req->has_san && req->cns.n == 0)
		return problem_set(p, PROB_BAD_CSR, "CSR has no names; they belong into a subjectAltName extension");
	for (size_t i = 0; !req->has_san && i < req->cns.n; i++) {
		if (strcmp(req->cns.items[i].type, "ip") == 0)
			return problem_set(p, PROB_BAD_CSR,
			                   "CSR has IP address %s in its commonName only; addresses belong into the "
			                   "subjectAltName, as iPAddress",
			                   req->cns.items[i].value);
	}
	for (size_t i = 0; req->has_san && i < req->cns.n; i++) {
		if (!bsearch(&req->cns.items[i], req->sans.items, req->sans.n, sizeof(struct ident), ident_compare))
			return problem_set(p, PROB_BAD_CSR, "CSR has commonName %s, which is not in its subjectAltName",
			                   req->cns.items[i].value);
	}
	struct names *chosen = req->has_san ? &req->sans : &req->cns;
	*ret = *chosen;
	*chosen = (struct names){ 0 };
	return 0;
}

static int verify(const struct request *req, gnutls_pubkey_t key, struct problem *p)
{
	auto_free uint8_t *tbs = xmemdup(req->tbs.p, req->tbs.len);
	auto_free uint8_t *octets = xmemdup(req->signature.p + 1, req->signature.len - 1);
	gnutls_datum_t     data = { tbs, (unsigned)req->tbs.len };
	gnutls_datum_t     signature = { octets, (unsigned)req->signature.len - 1 };
	int                r;

	for (size_t i = 0; i < ARRAY_LEN(signature_algorithms); i++) {
		if (!der_equal(&req->algorithm, &signature_algorithms[i].identifier))
			continue;
		r = gnutls_pubkey_verify_data2(key, signature_algorithms[i].id, 0, &data, &signature);
		return r < 0 ? problem_gnutls(p, PROB_BAD_CSR, r, "CSR has a signature that does not verify") : 0;
	}
	return problem_set(p, PROB_BAD_CSR,
	                   "CSR has an unsupported signature algorithm; RSA or ECDSA with SHA-256, SHA-384 or SHA-512 "
	                   "is expected");
}

int csr_from_der(const void *der, size_t len, const struct conf_list *key_types, struct csr **ret, struct problem *p)
{
	auto_(csr) struct csr             *csr = xcalloc(1, sizeof(*csr));
	auto_clear(request) struct request req = { 0 };
	struct names                       names = { 0 };
	int                                r;

	if (len > CSR_MAX)
		return problem_set(p, PROB_BAD_CSR, "CSR of %zu bytes exceeds %d", len, CSR_MAX);
	r = read_request(der, len, &req, p);
	if (r == 0)
		r = read_subject(&req, p);
	if (r == 0)
		r = read_attributes(&req, p);
	if (r == 0)
		r = read_extensions(&req, p);
	if (r == 0)
		r = spki_from_der(req.spki.p, req.spki.len, key_types, &csr->spki, p);
	if (r == 0)
		r = verify(&req, csr->spki->key, p);
	if (r == 0)
		r = settle_names(&req, &names, p);
	if (r < 0)
		return r;
	csr->idents = names.items;
	csr->n_idents = names.n;
	*ret = steal(csr);
	return 0;
}

void csr_free(struct csr *csr)
{
	if (!csr)
		return;
	spki_free(csr->spki);
	free(csr->idents);
	free(csr);
}

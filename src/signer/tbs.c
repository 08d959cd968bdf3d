/* SPDX-License-Identifier: BSD-2-Clause */
#include "signer/tbs.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "base/address.h"
#include "base/clk.h"
#include "base/mem.h"
#include "pki/crt.h"
#include "pki/der.h"

#define TAG_VERSION    0xa0
#define TAG_EXTENSIONS 0xa3

#define LAST_UTC_YEAR 2049 /* RFC 5280 4.1.2.5 */

DEFINE_FREEP(purposes, gnutls_x509_key_purposes_t, gnutls_x509_key_purpose_deinit);
DEFINE_FREEP(aki, gnutls_x509_aki_t, gnutls_x509_aki_deinit);
DEFINE_FREEP(aia, gnutls_x509_aia_t, gnutls_x509_aia_deinit);
DEFINE_FREEP(policies, gnutls_x509_policies_t, gnutls_x509_policies_deinit);
DEFINE_FREEP(cdp, gnutls_x509_crl_dist_points_t, gnutls_x509_crl_dist_points_deinit);

/* GnuTLS takes what it only reads without const. */
static gnutls_datum_t datum(const void *p, size_t len)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)p, (unsigned)len };
}

static bool is_set(const char *text)
{
	return text && *text;
}

/* --- extensions: each function gives its contents, or leaves them empty when the extension is not wanted */

static int ext_key_usage(const struct tbs_request *req, gnutls_datum_t *ret)
{
	unsigned usage = GNUTLS_KEY_DIGITAL_SIGNATURE;

	if (gnutls_pubkey_get_pk_algorithm(req->spki->key, NULL) == GNUTLS_PK_RSA)
		usage |= GNUTLS_KEY_KEY_ENCIPHERMENT;
	return gnutls_x509_ext_export_key_usage(usage, ret);
}

static int ext_key_purposes(const struct tbs_request *req UNUSED, gnutls_datum_t *ret)
{
	auto_(purposes) gnutls_x509_key_purposes_t purposes = NULL;
	int                                        r = gnutls_x509_key_purpose_init(&purposes);

	if (r == 0)
		r = gnutls_x509_key_purpose_set(purposes, GNUTLS_KP_TLS_WWW_SERVER);
	return r < 0 ? r : gnutls_x509_ext_export_key_purposes(purposes, ret);
}

static int ext_basic_constraints(const struct tbs_request *req UNUSED, gnutls_datum_t *ret)
{
	return gnutls_x509_ext_export_basic_constraints(0, -1, ret);
}

static int ext_authority_key_id(const struct tbs_request *req, gnutls_datum_t *ret)
{
	auto_(aki) gnutls_x509_aki_t aki = NULL;
	gnutls_datum_t               id = datum(req->issuer->key_id, req->issuer->key_id_len);
	int                          r = gnutls_x509_aki_init(&aki);

	if (r == 0)
		r = gnutls_x509_aki_set_id(aki, &id);
	return r < 0 ? r : gnutls_x509_ext_export_authority_key_id(aki, ret);
}

static int ext_authority_info(const struct tbs_request *req, gnutls_datum_t *ret)
{
	auto_(aia) gnutls_x509_aia_t aia = NULL;
	const char                  *url = req->profile->ca_issuers_url;
	gnutls_datum_t               uri;
	int                          r;

	if (!is_set(url))
		return 0;
	uri = datum(url, strlen(url));
	r = gnutls_x509_aia_init(&aia);
	if (r == 0)
		r = gnutls_x509_aia_set(aia, GNUTLS_OID_AD_CAISSUERS, GNUTLS_SAN_URI, &uri);
	return r < 0 ? r : gnutls_x509_ext_export_aia(aia, ret);
}

static int ext_crl_points(const struct tbs_request *req, gnutls_datum_t *ret)
{
	auto_(cdp) gnutls_x509_crl_dist_points_t points = NULL;
	const char                              *url = req->profile->crl_url;
	gnutls_datum_t                           uri;
	int                                      r;

	if (!is_set(url))
		return 0;
	uri = datum(url, strlen(url));
	r = gnutls_x509_crl_dist_points_init(&points);
	if (r == 0)
		r = gnutls_x509_crl_dist_points_set(points, GNUTLS_SAN_URI, &uri, 0);
	return r < 0 ? r : gnutls_x509_ext_export_crl_dist_points(points, ret);
}

static int ext_policies(const struct tbs_request *req, gnutls_datum_t *ret)
{
	auto_(policies) gnutls_x509_policies_t policies = NULL;
	struct gnutls_x509_policy_st           policy = { .oid = req->profile->policy_oid };
	int                                    r;

	if (!is_set(policy.oid))
		return 0;
	r = gnutls_x509_policies_init(&policies);
	if (r == 0)
		r = gnutls_x509_policies_set(policies, &policy);
	return r < 0 ? r : gnutls_x509_ext_export_policies(policies, ret);
}

struct san {
	gnutls_x509_subject_alt_name_t type;
	gnutls_datum_t                 value; /* points into the ident, or to address */
	struct addr                    address;
};

/* Addresses (RFC 8738) go as octets. */
static void to_san(const struct ident *id, struct san *ret)
{
	bool is_address;

	ret->type = GNUTLS_SAN_DNSNAME;
	ret->value = datum(id->value, strlen(id->value));
	if (strcmp(id->type, "ip") != 0)
		return;
	is_address = addr_from_text(id->value, &ret->address);
	assert(is_address);
	ret->type = GNUTLS_SAN_IPADDRESS;
	ret->value = datum(ret->address.b, ret->address.v6 ? 16 : 4);
}

static int ext_names(const struct tbs_request *req, gnutls_datum_t *ret)
{
	auto_(gsans) gnutls_subject_alt_names_t names = NULL;
	int                                     r = gnutls_subject_alt_names_init(&names);

	for (size_t i = 0; r == 0 && i < req->n_names; i++) {
		struct san san;

		to_san(&req->names[i], &san);
		r = gnutls_subject_alt_names_set(names, san.type, &san.value, NULL);
	}
	return r < 0 ? r : gnutls_x509_ext_export_subject_alt_names(names, ret);
}

struct extension {
	const char *name;
	uint8_t     oid[8];
	uint8_t     oid_len;
	bool        critical;
	int (*contents)(const struct tbs_request *req, gnutls_datum_t *ret);
};

/* In the order of the certificate.  The subject is empty, so the names are critical (RFC 5280 4.2.1.6). */
static const struct extension extensions[] = {
	{ "keyUsage", { 0x55, 0x1d, 0x0f }, 3, true, ext_key_usage },
	{ "extKeyUsage", { 0x55, 0x1d, 0x25 }, 3, false, ext_key_purposes },
	{ "basicConstraints", { 0x55, 0x1d, 0x13 }, 3, true, ext_basic_constraints },
	{ "authorityKeyIdentifier", { 0x55, 0x1d, 0x23 }, 3, false, ext_authority_key_id },
	{ "authorityInfoAccess", { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01 }, 8, false, ext_authority_info },
	{ "subjectAltName", { 0x55, 0x1d, 0x11 }, 3, true, ext_names },
	{ "certificatePolicies", { 0x55, 0x1d, 0x20 }, 3, false, ext_policies },
	{ "cRLDistributionPoints", { 0x55, 0x1d, 0x1f }, 3, false, ext_crl_points },
};

static int put_extension(struct der_out *out, const struct extension *ext, const struct tbs_request *req,
                         struct problem *p)
{
	static const uint8_t              yes = 0xff;
	auto_clear(gdatum) gnutls_datum_t contents = { NULL, 0 };
	const uint8_t                    *end = out->pos;
	int                               r = ext->contents(req, &contents);

	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "extension %s cannot be encoded", ext->name);
	if (contents.size == 0)
		return 0;
	der_put(out, DER_OCTET_STRING, contents.data, contents.size);
	if (ext->critical)
		der_put(out, DER_BOOLEAN, &yes, sizeof(yes));
	der_put(out, DER_OID, ext->oid, ext->oid_len);
	der_wrap(out, end, DER_SEQUENCE);
	return 0;
}

static int put_extensions(struct der_out *out, const struct tbs_request *req, struct problem *p)
{
	const uint8_t *end = out->pos;
	int            r;

	for (size_t i = ARRAY_LEN(extensions); i-- > 0;) {
		r = put_extension(out, &extensions[i], req, p);
		if (r < 0)
			return r;
	}
	der_wrap(out, end, DER_SEQUENCE);
	der_wrap(out, end, TAG_EXTENSIONS);
	return 0;
}

/* --- validity */

static int64_t whole_seconds(int64_t t)
{
	return t - t % CLK_SECOND;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Both ends belong to the lifetime, so it is a second longer than their difference (RFC 5280 4.1.2.5).  What the order
 * asked for is taken as it is or refused (RFC 8555 7.4); what the profile decides is fitted into the issuer's validity.
 */
static void choose_validity(const struct tbs_request *req, struct tbs *ret)
{
	const int64_t now = whole_seconds(req->now), span = req->profile->validity - CLK_SECOND;

	ret->not_before = whole_seconds(req->not_before);
	ret->not_after = whole_seconds(req->not_after);
	if (!ret->not_before)
		ret->not_before = later(whole_seconds(now - req->profile->backdate), req->issuer->not_before);
	if (!ret->not_after)
		ret->not_after = earlier(ret->not_before + span, req->issuer->not_after);
	else if (!req->not_before)
		ret->not_before = later(ret->not_before, earlier(ret->not_after - span, now));
}

/* An order may wait that long for its finalize, so a notBefore that was in time then is in time now. */
static int64_t earliest_start(const struct tbs_request *req)
{
	return whole_seconds(req->now - req->profile->backdate - req->profile->order_lifetime);
}

static int check_validity(const struct tbs_request *req, const struct tbs *tbs, struct problem *p)
{
	const int64_t length = tbs->not_after - tbs->not_before;

	if (req->issuer->not_after <= req->now)
		return problem_set(p, PROB_INTERNAL, "issuer %s has expired", req->issuer->name);
	if (tbs->not_before < req->issuer->not_before || tbs->not_after > req->issuer->not_after)
		return problem_set(p, PROB_MALFORMED, "the validity asked for exceeds that of the issuing certificate");
	if (tbs->not_before < earliest_start(req))
		return problem_set(p, PROB_MALFORMED, "notBefore lies too far in the past");
	if (tbs->not_after <= later(tbs->not_before, req->now))
		return problem_set(p, PROB_MALFORMED, "notAfter lies in the past or not after notBefore");
	if (length > req->profile->validity)
		return problem_set(p, PROB_MALFORMED,
		                   "the validity asked for, %lld seconds, exceeds the %lld permitted",
		                   (long long)(length / CLK_SECOND), (long long)(req->profile->validity / CLK_SECOND));
	return 0;
}

static void put_time(struct der_out *out, int64_t t)
{
	const time_t seconds = (time_t)(t / CLK_SECOND);
	struct tm    tm;
	char         text[sizeof("YYYYMMDDHHMMSSZ")];
	size_t       len;

	gmtime_r(&seconds, &tm);
	len = strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	if (tm.tm_year + 1900 <= LAST_UTC_YEAR)
		der_put(out, DER_UTC_TIME, text + 2, len - 2);
	else
		der_put(out, DER_GENERALIZED_TIME, text, len);
}

/* --- the whole */

/*
 * RFC 5280 4.2.1.10: a permitted network is one for the type iPAddress, so that of the other family nothing is permitted.
 * GnuTLS takes it for a constraint on its own family only; other verifiers do not.
 */
static bool is_of_other_family(gnutls_x509_name_constraints_t constraints, const struct san *san)
{
	gnutls_datum_t network;
	unsigned       type;
	bool           any = false, same = false;

	for (unsigned i = 0; gnutls_x509_name_constraints_get_permitted(constraints, i, &type, &network) == 0; i++) {
		if (type != GNUTLS_SAN_IPADDRESS)
			continue;
		any = true;
		same = same || network.size == 2 * san->value.size;
	}
	return san->type == GNUTLS_SAN_IPADDRESS && any && !same;
}

static bool is_permitted(gnutls_x509_name_constraints_t constraints, const struct san *san)
{
	return gnutls_x509_name_constraints_check(constraints, san->type, &san->value) &&
	       !is_of_other_family(constraints, san);
}

static int check_constraints(const struct tbs_request *req, struct problem *p)
{
	if (!req->issuer->constraints)
		return 0;
	for (size_t i = 0; i < req->n_names; i++) {
		struct san san;

		to_san(&req->names[i], &san);
		if (!is_permitted(req->issuer->constraints, &san))
			return problem_set(p, PROB_REJECTED_IDENTIFIER,
			                   "name constraints of the issuing certificate do not permit %s",
			                   req->names[i].value);
	}
	return 0;
}

/* The 48-bit time at the front of the id makes a positive INTEGER without padding until the year 6429. */
static int make_serial(const struct tbs_request *req, struct id *ret, struct problem *p)
{
	int r = gnutls_rnd(GNUTLS_RND_RANDOM, ret->b, sizeof(ret->b));

	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "no random bytes for a serial number");
	id_stamp(ret, req->now);
	return 0;
}

/* From the last field to the first. */
static int put_tbs(struct der_out *out, const struct tbs_request *req, const struct tbs *tbs, struct problem *p)
{
	static const uint8_t v3 = 2;
	const uint8_t       *end = out->pos, *mark;
	int                  r;

	r = put_extensions(out, req, p);
	if (r < 0)
		return r;
	der_put_raw(out, req->spki->der, req->spki->der_len);
	der_put(out, DER_SEQUENCE, NULL, 0); /* subject */
	mark = out->pos;
	put_time(out, tbs->not_after);
	put_time(out, tbs->not_before);
	der_wrap(out, mark, DER_SEQUENCE);
	der_put_raw(out, req->issuer->subject.data, req->issuer->subject.size);
	der_put_raw(out, req->issuer->alg->identifier, req->issuer->alg->identifier_len);
	der_put(out, DER_INTEGER, tbs->serial.b, sizeof(tbs->serial.b));
	mark = out->pos;
	der_put(out, DER_INTEGER, &v3, sizeof(v3));
	der_wrap(out, mark, TAG_VERSION);
	der_wrap(out, end, DER_SEQUENCE);
	if (out->failed)
		return problem_set(p, PROB_INTERNAL, "certificate would be longer than %d bytes", CRT_MAX);
	return 0;
}

int tbs_build(const struct tbs_request *req, struct tbs *ret, struct problem *p)
{
	auto_free uint8_t *room = xcalloc(1, CRT_MAX);
	struct tbs         tbs = { 0 };
	struct der_out     out;
	int                r;

	choose_validity(req, &tbs);
	r = check_validity(req, &tbs, p);
	if (r == 0)
		r = check_constraints(req, p);
	if (r == 0)
		r = make_serial(req, &tbs.serial, p);
	if (r < 0)
		return r;
	der_out_init(&out, room, CRT_MAX);
	r = put_tbs(&out, req, &tbs, p);
	if (r < 0)
		return r;
	tbs.der_len = (size_t)(out.end - out.pos);
	tbs.der = xmemdup(out.pos, tbs.der_len);
	*ret = tbs;
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/address.h"
#include "keys.h"
#include "pki/csr.h"
#include "pki/der.h"

/* What a made request has that it should not. */
enum odd {
	ODD_TWO_REQUESTS = 1u << 1,
	ODD_TWO_VALUES = 1u << 2,
	ODD_MICROSOFT = 1u << 3,
	ODD_CA = 1u << 4,
	ODD_TWICE = 1u << 5,
	ODD_CRITICAL_FALSE = 1u << 6,
	ODD_NO_ATTRIBUTES = 1u << 7,
	ODD_SHA1 = 1u << 8,
	ODD_SIGNATURE = 1u << 9,
	ODD_TRAILING = 1u << 10,
	ODD_EXTENSIONS = 1u << 11,
	ODD_ATTRIBUTES = 1u << 12,
	ODD_RDNS = 1u << 13,
	ODD_EMAIL = 1u << 14,
	ODD_MASK = 1u << 29,
	ODD_BMP = 1u << 15,
	ODD_NUL = 1u << 16,
	ODD_UNUSED_BITS = 1u << 17,
	ODD_EMPTY_SAN = 1u << 18,
	ODD_CA_FALSE = 1u << 19,
	ODD_NAMES = 1u << 20,
	ODD_OTHER_KEY = 1u << 21,
	/* harmless */
	HAS_CHALLENGE_PASSWORD = 1u << 22,
	HAS_MUST_STAPLE = 1u << 23,
	HAS_BASIC = 1u << 24,
	HAS_ORGANIZATION = 1u << 25,
	HAS_CRITICAL = 1u << 26,
	HAS_PSS = 1u << 27,
	HAS_VERSION = 1u << 28,
};

struct spec {
	unsigned    odd;
	const char *cns[3];
	const char *sans[4]; /* dNSName, or iPAddress with "ip:" before it */
};

static const struct {
	gnutls_digest_algorithm_t digest;
	uint8_t                   rsa, ecdsa[2]; /* last octets of the OID */
} hashes[] = {
	{ GNUTLS_DIG_SHA256, 0x0b, { 0x03, 0x02 } },
	{ GNUTLS_DIG_SHA384, 0x0c, { 0x03, 0x03 } },
	{ GNUTLS_DIG_SHA512, 0x0d, { 0x03, 0x04 } },
	{ GNUTLS_DIG_SHA1, 0x05, { 0x01 } },
};
#define SHA1 3

#define PUT_OID(out, ...) \
	der_put((out), DER_OID, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define PUT_SAN_OID(out)   PUT_OID(out, 0x55, 0x1d, 0x11)
#define PUT_BASIC_OID(out) PUT_OID(out, 0x55, 0x1d, 0x13)

/* The writer goes backwards: what comes first in the request is put last. */

static void put_general_name(struct der_out *out, const char *text)
{
	struct addr address;

	if (strncmp(text, "ip:", 3) != 0) {
		der_put(out, 0x82, text, strlen(text));
		return;
	}
	assert_true(addr_from_text(text + 3, &address));
	der_put(out, 0x87, address.b, address.v6 ? 16 : 4);
}

static void put_san(struct der_out *out, const struct spec *spec)
{
	const uint8_t *ext = out->pos, *names;

	names = out->pos;
	if (spec->odd & ODD_EMAIL)
		der_put(out, 0x81, "a@a.test", 8);
	if (spec->odd & ODD_MASK)
		der_put(out, 0x87, "\xc0\0\2\0\xff\xff\xff\0", 8);
	if (spec->odd & ODD_NUL)
		der_put(out, 0x82, "a.test\0.b.test", 14);
	for (size_t i = 0; (spec->odd & ODD_NAMES) && i < 129; i++)
		der_put(out, 0x82, "a.test", 6);
	for (size_t i = ARRAY_LEN(spec->sans); i-- > 0;) {
		if (spec->sans[i])
			put_general_name(out, spec->sans[i]);
	}
	der_wrap(out, names, DER_SEQUENCE);
	der_wrap(out, names, DER_OCTET_STRING);
	if (spec->odd & HAS_CRITICAL)
		der_put(out, DER_BOOLEAN, "\xff", 1);
	if (spec->odd & ODD_CRITICAL_FALSE)
		der_put(out, DER_BOOLEAN, "\0", 1);
	PUT_SAN_OID(out);
	der_wrap(out, ext, DER_SEQUENCE);
}

static void put_basic_constraints(struct der_out *out, const char *value, size_t len)
{
	const uint8_t *ext = out->pos;

	der_put_raw(out, value, len);
	der_wrap(out, ext, DER_SEQUENCE);
	der_wrap(out, ext, DER_OCTET_STRING);
	PUT_BASIC_OID(out);
	der_wrap(out, ext, DER_SEQUENCE);
}

static void put_extension_list(struct der_out *out, const struct spec *spec)
{
	const uint8_t *list = out->pos, *ext;

	for (uint8_t i = 0; (spec->odd & ODD_EXTENSIONS) && i < 20; i++) {
		ext = out->pos;
		der_put(out, DER_OCTET_STRING, "", 0);
		PUT_OID(out, 0x2a, 0x03, i);
		der_wrap(out, ext, DER_SEQUENCE);
	}
	if (spec->odd & HAS_MUST_STAPLE) {
		ext = out->pos;
		der_put(out, DER_OCTET_STRING, "\x30\x03\x02\x01\x05", 5);
		PUT_OID(out, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18);
		der_wrap(out, ext, DER_SEQUENCE);
	}
	if (spec->odd & ODD_CA)
		put_basic_constraints(out, "\x01\x01\xff", 3);
	if (spec->odd & ODD_CA_FALSE)
		put_basic_constraints(out, "\x01\x01\0", 3);
	if (spec->odd & HAS_BASIC)
		put_basic_constraints(out, "", 0);
	if (spec->sans[0] || (spec->odd & (ODD_EMAIL | ODD_NUL | ODD_EMPTY_SAN | ODD_NAMES)))
		put_san(out, spec);
	if (spec->odd & ODD_TWICE)
		put_san(out, spec);
	der_wrap(out, list, DER_SEQUENCE);
}

static void put_extension_request(struct der_out *out, const struct spec *spec)
{
	const uint8_t *attribute = out->pos;

	put_extension_list(out, spec);
	if (spec->odd & ODD_TWO_VALUES)
		put_extension_list(out, spec);
	der_wrap(out, attribute, DER_SET);
	if (spec->odd & ODD_MICROSOFT)
		PUT_OID(out, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e);
	else
		PUT_OID(out, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e);
	der_wrap(out, attribute, DER_SEQUENCE);
}

static void put_challenge_password(struct der_out *out)
{
	const uint8_t *attribute = out->pos;

	der_put(out, DER_UTF8_STRING, "secret", 6);
	der_wrap(out, attribute, DER_SET);
	PUT_OID(out, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07);
	der_wrap(out, attribute, DER_SEQUENCE);
}

static void put_attributes(struct der_out *out, const struct spec *spec)
{
	const uint8_t *mark = out->pos;
	size_t         n_passwords = spec->odd & ODD_ATTRIBUTES ? 8 : spec->odd & HAS_CHALLENGE_PASSWORD ? 1 : 0;

	if (spec->odd & ODD_NO_ATTRIBUTES)
		return;
	for (size_t i = 0; i < n_passwords; i++)
		put_challenge_password(out);
	put_extension_request(out, spec);
	if (spec->odd & ODD_TWO_REQUESTS)
		put_extension_request(out, spec);
	der_wrap(out, mark, 0xa0);
}

static void put_rdn(struct der_out *out, uint8_t type, uint8_t tag, const char *text, size_t len)
{
	const uint8_t *mark = out->pos;

	der_put(out, tag, text, len);
	PUT_OID(out, 0x55, 0x04, type);
	der_wrap(out, mark, DER_SEQUENCE);
	der_wrap(out, mark, DER_SET);
}

static void put_subject(struct der_out *out, const struct spec *spec)
{
	const uint8_t *mark = out->pos;

	for (size_t i = 0; (spec->odd & ODD_RDNS) && i < 11; i++)
		put_rdn(out, 0x0b, DER_UTF8_STRING, "x", 1);
	if (spec->odd & HAS_ORGANIZATION)
		put_rdn(out, 0x0a, DER_UTF8_STRING, "Example", 7);
	if (spec->odd & ODD_BMP)
		put_rdn(out, 0x03, 0x1e, "\0a", 2);
	for (size_t i = ARRAY_LEN(spec->cns); i-- > 0;) {
		if (spec->cns[i])
			put_rdn(out, 0x03, DER_UTF8_STRING, spec->cns[i], strlen(spec->cns[i]));
	}
	der_wrap(out, mark, DER_SEQUENCE);
}

static void put_algorithm(struct der_out *out, gnutls_privkey_t key, size_t hash)
{
	const uint8_t *mark = out->pos;

	if (gnutls_privkey_get_pk_algorithm(key, NULL) == GNUTLS_PK_RSA) {
		der_put(out, DER_NULL, NULL, 0);
		PUT_OID(out, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, hashes[hash].rsa);
	} else if (hash == SHA1) {
		PUT_OID(out, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01);
	} else {
		PUT_OID(out, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, hashes[hash].ecdsa[0], hashes[hash].ecdsa[1]);
	}
	der_wrap(out, mark, DER_SEQUENCE);
}

/* The baseline requirements 7.1.3.2.1 give these octets. */
static void put_pss(struct der_out *out)
{
	static const uint8_t identifier[] = {
		0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x34, 0xa0, 0x0f,
		0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xa1, 0x1c,
		0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x20,
	};

	der_put_raw(out, identifier, sizeof(identifier));
}

static void put_info(struct der_out *out, const struct spec *spec, gnutls_privkey_t key)
{
	auto_clear(gdatum) gnutls_datum_t spki = { 0 };
	const uint8_t                    *mark = out->pos;

	key_spki(key, &spki);
	put_attributes(out, spec);
	der_put_raw(out, spki.data, spki.size);
	put_subject(out, spec);
	der_put(out, DER_INTEGER, spec->odd & HAS_VERSION ? "\2" : "\0", 1);
	der_wrap(out, mark, DER_SEQUENCE);
}

/* Builds and signs; the result is out->pos to out->end. */
static void make(struct der_out *out, const struct spec *spec, gnutls_privkey_t key, gnutls_privkey_t signer,
                 size_t hash)
{
	auto_clear(gdatum) gnutls_datum_t signature = { 0 };
	uint8_t                           memory[8192];
	struct der_out                    info;
	const uint8_t                    *mark;

	der_out_init(&info, memory, sizeof(memory));
	put_info(&info, spec, key);
	assert_false(info.failed);
	gnutls_datum_t tbs = { info.pos, (unsigned)(info.end - info.pos) };
	if (spec->odd & HAS_PSS)
		assert_int_equal(
			gnutls_privkey_sign_data2(signer, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, 0, &tbs, &signature), 0);
	else
		assert_int_equal(gnutls_privkey_sign_data(signer, hashes[hash].digest, 0, &tbs, &signature), 0);
	if (spec->odd & ODD_SIGNATURE)
		signature.data[signature.size - 1] ^= 1;
	if (spec->odd & ODD_TRAILING)
		der_put(out, DER_NULL, NULL, 0);
	mark = out->pos;
	der_put_raw(out, signature.data, signature.size);
	der_put_raw(out, spec->odd & ODD_UNUSED_BITS ? "\1" : "\0", 1);
	der_wrap(out, mark, DER_BIT_STRING);
	if (spec->odd & HAS_PSS)
		put_pss(out);
	else
		put_algorithm(out, signer, hash);
	der_put_raw(out, tbs.data, tbs.size);
	der_wrap(out, mark, DER_SEQUENCE);
	assert_false(out->failed);
}

static char *type_names[] = { (char[]){ "p-256" }, (char[]){ "p-384" }, (char[]){ "p-521" }, (char[]){ "rsa-2048" } };
static const struct conf_list all_types = { type_names, ARRAY_LEN(type_names) };

static int parse(const struct spec *spec, gnutls_privkey_t key, size_t hash, struct csr **ret, struct problem *p)
{
	auto_(gprivkey) gnutls_privkey_t other = NULL;
	uint8_t                          memory[CSR_MAX];
	struct der_out                   out;

	if (spec->odd & ODD_OTHER_KEY)
		other = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	der_out_init(&out, memory, sizeof(memory));
	make(&out, spec, key, other ? other : key, hash);
	return csr_from_der(out.pos, (size_t)(out.end - out.pos), &all_types, ret, p);
}

static int setup_key(void **state)
{
	*state = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	return 0;
}

static int drop_key(void **state)
{
	gnutls_privkey_deinit(*state);
	return 0;
}

#define N50       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_NAME N50 N50 N50 N50 N50 N50

/* clang-format off */
static const struct {
	struct spec spec;
	const char *names[4];
} accepted[] = {
	{ { 0, { NULL }, { "a.test" } },                        { "a.test" } },
	{ { 0, { NULL }, { "b.test", "*.a.test", "a.test" } },  { "*.a.test", "a.test", "b.test" } },
	{ { 0, { NULL }, { "a.test", "A.TEST", "a.test" } },    { "a.test" } },
	{ { 0, { "A.test" }, { "b.test", "a.test" } },          { "a.test", "b.test" } },
	{ { 0, { "a.test" }, { NULL } },                        { "a.test" } },
	{ { 0, { "b.test", "a.test", "b.test" }, { NULL } },    { "a.test", "b.test" } },
	{ { HAS_CHALLENGE_PASSWORD, { NULL }, { "a.test" } },   { "a.test" } },
	{ { HAS_MUST_STAPLE, { NULL }, { "a.test" } },          { "a.test" } },
	{ { HAS_BASIC, { NULL }, { "a.test" } },                { "a.test" } },
	{ { HAS_CRITICAL, { NULL }, { "a.test" } },             { "a.test" } },
	{ { HAS_VERSION, { NULL }, { "a.test" } },              { "a.test" } },
	{ { HAS_ORGANIZATION, { "a.test" }, { "a.test" } },     { "a.test" } },
	{ { 0, { NULL }, { "ip:192.0.2.1" } },                  { "192.0.2.1" } },
	{ { 0, { "2001:db8::1" }, { "ip:2001:db8::1" } },       { "2001:db8::1" } },
	{ { 0, { NULL }, { "a.test", "ip:2001:db8::1", "ip:192.0.2.1", "ip:192.0.2.1" } },
	  { "192.0.2.1", "2001:db8::1", "a.test" } },
};

static const struct {
	struct spec spec;
	const char *detail;
} refused[] = {
	{ { 0, { NULL }, { NULL } },                          "no names" },
	{ { HAS_ORGANIZATION, { NULL }, { NULL } },           "no names" },
	{ { 0, { "b.test" }, { "a.test" } },                  "commonName b.test, which is not" },
	{ { 0, { "Some Server" }, { "a.test" } },             "commonName" },
	{ { 0, { NULL }, { "a_b.test" } },                    "subjectAltName" },
	{ { 0, { NULL }, { "*.com" } },                       "single label" },
	{ { 0, { NULL }, { "192.0.2.1" } },                   "numeric" },
	{ { 0, { NULL }, { "" } },                            "empty" },
	{ { 0, { "" }, { "a.test" } },                        "empty" },
	{ { 0, { NULL }, { LONG_NAME } },                     "name of 300 bytes" },
	{ { 0, { NULL }, { "2001:db8::1" } },                 "colon" },
	{ { 0, { "192.0.2.1" }, { NULL } },                   "192.0.2.1 in its commonName only" },
	{ { 0, { "192.0.2.1" }, { "a.test" } },               "commonName 192.0.2.1, which is not" },
	{ { 0, { "2001:DB8::1" }, { "ip:2001:db8::1" } },     "commonName: identifier is not in the canonical form" },
	{ { ODD_MASK, { NULL }, { "a.test" } },               "iPAddress of 8 octets" },
	{ { 0, { NULL }, { "ip:::ffff:192.0.2.1" } },         "which is 192.0.2.1" },
	{ { ODD_EMAIL, { NULL }, { "a.test" } },              "other than dNSName and iPAddress" },
	{ { ODD_NUL, { NULL }, { NULL } },                    "zero byte" },
	{ { ODD_BMP, { NULL }, { "a.test" } },                "UTF8String" },
	{ { ODD_EMPTY_SAN, { NULL }, { NULL } },              "no sequence of names" },
	{ { ODD_NAMES, { NULL }, { NULL } },                  "more than 128 names" },
	{ { ODD_TWO_REQUESTS, { NULL }, { "a.test" } },       "two extensionRequest" },
	{ { ODD_TWO_VALUES, { NULL }, { "a.test" } },         "two values" },
	{ { ODD_MICROSOFT, { NULL }, { "a.test" } },          "Microsoft" },
	{ { ODD_CA, { NULL }, { "a.test" } },                 "CA certificate" },
	{ { ODD_CA_FALSE, { NULL }, { "a.test" } },           "basicConstraints" },
	{ { ODD_TWICE, { NULL }, { "a.test" } },              "same extension twice" },
	{ { ODD_CRITICAL_FALSE, { NULL }, { "a.test" } },     "ill-formed extension" },
	{ { ODD_NO_ATTRIBUTES, { "a.test" }, { NULL } },      "no attributes" },
	{ { ODD_SIGNATURE, { NULL }, { "a.test" } },          "does not verify" },
	{ { ODD_OTHER_KEY, { NULL }, { "a.test" } },          "does not verify" },
	{ { ODD_UNUSED_BITS, { NULL }, { "a.test" } },        "whole number of octets" },
	{ { ODD_TRAILING, { NULL }, { "a.test" } },           "exactly one sequence" },
	{ { ODD_EXTENSIONS, { NULL }, { "a.test" } },         "more than 20 extensions" },
	{ { ODD_ATTRIBUTES, { NULL }, { "a.test" } },         "more than 8 attributes" },
	{ { ODD_RDNS, { NULL }, { "a.test" } },               "more than 10 attributes" },
};
/* clang-format on */

static void test_accepted(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(csr) struct csr             *csr = NULL;
		size_t                             n = 0;

		if (parse(&accepted[i].spec, *state, 0, &csr, &p) < 0)
			fail_msg("row %zu: %s (%s)", i, p.detail, p.cause);
		for (; n < ARRAY_LEN(accepted[i].names) && accepted[i].names[n]; n++) {
			assert_true(n < csr->n_idents);
			assert_string_equal(csr->idents[n].value, accepted[i].names[n]);
			assert_string_equal(csr->idents[n].type, strchr("12", *accepted[i].names[n]) ? "ip" : "dns");
		}
		assert_int_equal(csr->n_idents, n);
		assert_string_equal(csr->spki->type, "p-256");
	}
}

static void test_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(csr) struct csr             *csr = NULL;

		if (parse(&refused[i].spec, *state, 0, &csr, &p) == 0)
			fail_msg("accepted; expected: %s", refused[i].detail);
		if (p.code != PROB_BAD_CSR || !strstr(p.detail, refused[i].detail))
			fail_msg("%s: %s; expected: %s", problem_name(p.code), p.detail, refused[i].detail);
		assert_null(csr);
	}
}

static void check_hashes(gnutls_privkey_t made)
{
	static const struct spec         spec = { 0, { NULL }, { "a.test" } };
	auto_(gprivkey) gnutls_privkey_t key = made;

	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(csr) struct csr             *csr = NULL;
		int                                r = parse(&spec, key, i, &csr, &p);

		if (i != SHA1 && r < 0)
			fail_msg("%s (%s)", p.detail, p.cause);
		if (i == SHA1)
			assert_non_null(strstr(p.detail, "unsupported signature algorithm"));
	}
}

static void test_signature_algorithms(void **state UNUSED)
{
	check_hashes(key_new(GNUTLS_PK_RSA, 2048));
	check_hashes(key_new_ec(GNUTLS_ECC_CURVE_SECP256R1));
	check_hashes(key_new_ec(GNUTLS_ECC_CURVE_SECP384R1));
	check_hashes(key_new_ec(GNUTLS_ECC_CURVE_SECP521R1));
}

static void test_pss(void **state UNUSED)
{
	static const struct spec           good = { HAS_PSS, { NULL }, { "a.test" } };
	static const struct spec           bad = { HAS_PSS | ODD_SIGNATURE, { NULL }, { "a.test" } };
	auto_(gprivkey) gnutls_privkey_t   key = key_new(GNUTLS_PK_RSA, 2048);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(csr) struct csr             *csr = NULL, *none = NULL;

	assert_int_equal(parse(&good, key, 0, &csr, &p), 0);
	assert_string_equal(csr->spki->type, "rsa-2048");
	assert_int_equal(parse(&bad, key, 0, &none, &p), -PROB_BAD_CSR);
}

/* Cut anywhere, or with any octet changed: refused, since all of it is signed or part of the signature. */
static void test_mutations(void **state)
{
	static const struct spec spec = { HAS_CHALLENGE_PASSWORD | HAS_MUST_STAPLE,
		                          { "a.test" },
		                          { "a.test", "*.b.test" } };
	uint8_t                  memory[1024];
	struct der_out           out;
	size_t                   len;

	der_out_init(&out, memory, sizeof(memory));
	make(&out, &spec, *state, *state, 0);
	len = (size_t)(out.end - out.pos);
	for (size_t i = 0; i < len; i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT, q = PROBLEM_INIT;
		struct csr                        *csr = NULL;

		assert_int_equal(csr_from_der(out.pos, i, &all_types, &csr, &p), -PROB_BAD_CSR);
		out.pos[i] ^= 0x11;
		assert_int_equal(csr_from_der(out.pos, len, &all_types, &csr, &q), -PROB_BAD_CSR);
		out.pos[i] ^= 0x11;
	}
}

static void test_size(void **state UNUSED)
{
	static const uint8_t               big[CSR_MAX + 1] = { 0x30, 0x82, 0x3f, 0xfd };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct csr                        *csr = NULL;

	assert_int_equal(csr_from_der(big, sizeof(big), &all_types, &csr, &p), -PROB_BAD_CSR);
	assert_non_null(strstr(p.detail, "exceeds"));
}

static void test_key_types(void **state UNUSED)
{
	static const struct spec           spec = { 0, { NULL }, { "a.test" } };
	auto_(gprivkey) gnutls_privkey_t   key = key_new(GNUTLS_PK_RSA, 3072);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct csr                        *csr = NULL;

	assert_int_equal(parse(&spec, key, 0, &csr, &p), -PROB_BAD_CSR);
	assert_non_null(strstr(p.detail, "rsa-3072"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_signature_algorithms),
		cmocka_unit_test(test_pss),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_key_types),
	};

	return cmocka_run_group_tests(tests, setup_key, drop_key);
}

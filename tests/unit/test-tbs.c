/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates for issuers and requests of all kinds, read back with GnuTLS. */
#include "unit.h"

#include <string.h>

#include "base/clk.h"
#include "base/mem.h"
#include "ctl/ca-crt.h"
#include "keys.h"
#include "pki/crt.h"
#include "signer/tbs.h"

#define NOW         (INT64_C(1795294157) * CLK_SECOND + 123456) /* 2026-11-21T20:49:17.123456Z */
#define AT(seconds) (NOW / CLK_SECOND * CLK_SECOND + (seconds)*CLK_SECOND)

static char  any_type[] = "rsa-2048", p256_type[] = "p-256";
static char *types[] = { any_type, p256_type };

struct fixture {
	gnutls_privkey_t    key;
	gnutls_x509_crt_t   crt;
	struct issuer       issuer;
	struct spki        *spki;
	struct conf_profile profile;
	struct ident        names[2];
	struct tbs_request  req;
};

/* An issuer without files: what issuer_load() reads from them. */
static void fill_issuer(struct issuer *issuer, gnutls_privkey_t key, gnutls_x509_crt_t crt)
{
	auto_(gpubkey) gnutls_pubkey_t public = key_public(key);
	unsigned critical;

	issuer->name = xstrdup("test");
	issuer->crt = crt;
	issuer->key = key;
	issuer->alg = sign_alg_for(public);
	issuer->key_id_len = sizeof(issuer->key_id);
	assert_int_equal(gnutls_x509_crt_get_subject_key_id(crt, issuer->key_id, &issuer->key_id_len, &critical), 0);
	assert_int_equal(gnutls_x509_crt_get_raw_dn(crt, &issuer->subject), 0);
	issuer->not_before = AT(-CLK_DAY / CLK_SECOND);
	issuer->not_after = AT(1000 * CLK_DAY / CLK_SECOND);
}

static void setup_spki(struct fixture *f, gnutls_pk_algorithm_t pk, unsigned bits)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(gprivkey) gnutls_privkey_t   key = key_new(pk, bits);
	auto_(gpubkey) gnutls_pubkey_t public = key_public(key);
	const struct conf_list permitted = { types, ARRAY_LEN(types) };

	assert_int_equal(spki_from_pubkey(public, &permitted, &f->spki, &p), 0);
}

static void setup(struct fixture *f, const char *key_type)
{
	auto_clear(problem) struct problem    p = PROBLEM_INIT;
	auto_(gx509key) gnutls_x509_privkey_t x509 = NULL;
	auto_(gcrq) gnutls_x509_crq_t         crq = NULL;
	const struct ca_subject               subject = { "Test", "Org", "DE" };

	*f = (struct fixture){
		.profile = { .validity = 90 * CLK_DAY, .backdate = CLK_HOUR, .order_lifetime = 7 * CLK_DAY }
	};
	assert_int_equal(ca_key_generate(key_type, &x509, &p), 0);
	assert_int_equal(ca_request(&subject, x509, &crq, &p), 0);
	assert_int_equal(gnutls_privkey_init(&f->key), 0);
	assert_int_equal(gnutls_privkey_import_x509(f->key, x509, GNUTLS_PRIVKEY_IMPORT_COPY), 0);
	assert_int_equal(ca_crt_sign(crq, NULL, f->key, 3650, &f->crt, &p), 0);
	fill_issuer(&f->issuer, f->key, f->crt);
	setup_spki(f, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
	assert_int_equal(ident_from_text("dns", "a.example", &f->names[0], &p), 0);
	assert_int_equal(ident_from_text("dns", "*.b.example", &f->names[1], &p), 0);
	f->req = (struct tbs_request){ .issuer = &f->issuer,
		                       .profile = &f->profile,
		                       .names = f->names,
		                       .n_names = 2,
		                       .spki = f->spki,
		                       .now = NOW };
}

static void teardown(struct fixture *f)
{
	free(f->issuer.name);
	gnutls_free(f->issuer.subject.data);
	if (f->issuer.constraints)
		gnutls_x509_name_constraints_deinit(f->issuer.constraints);
	gnutls_privkey_deinit(f->key);
	gnutls_x509_crt_deinit(f->crt);
	spki_free(f->spki);
}

/* Builds, signs and reads back. */
static gnutls_x509_crt_t issue(const struct fixture *f, struct id *ret_serial)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	gnutls_x509_crt_t                  crt = NULL;
	struct tbs                         tbs;
	auto_free uint8_t                 *der = NULL, *again = NULL;
	size_t                             len, again_len;

	assert_int_equal(tbs_build(&f->req, &tbs, &p), 0);
	assert_int_equal(sign_tbs(&f->issuer, tbs.der, tbs.der_len, &der, &len, &p), 0);
	assert_int_equal(sign_tbs(&f->issuer, tbs.der, tbs.der_len, &again, &again_len, &p), 0);
	assert_int_equal(len, again_len);
	assert_memory_equal(der, again, len);
	assert_int_equal(crt_from_der(der, len, &crt, &p), 0);
	assert_int_equal(gnutls_x509_crt_get_activation_time(crt) * CLK_SECOND, tbs.not_before);
	assert_int_equal(gnutls_x509_crt_get_expiration_time(crt) * CLK_SECOND, tbs.not_after);
	*ret_serial = tbs.serial;
	free(tbs.der);
	return crt;
}

static void assert_extensions(gnutls_x509_crt_t crt, const char *const *expected, size_t n)
{
	for (size_t i = 0; i <= n; i++) {
		char     oid[64];
		size_t   len = sizeof(oid);
		unsigned critical;
		int      r = gnutls_x509_crt_get_extension_info(crt, (unsigned)i, oid, &len, &critical);

		if (i == n) {
			assert_int_equal(r, GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
			return;
		}
		assert_int_equal(r, 0);
		assert_string_equal(oid, expected[i] + 1);
		assert_int_equal(critical, expected[i][0] == '!');
	}
}

static void test_profile(void **state UNUSED)
{
	static const char *const bare[] = { "!2.5.29.15", " 2.5.29.37", "!2.5.29.19", " 2.5.29.35", "!2.5.29.17" };
	static const char *const full[] = { "!2.5.29.15",         " 2.5.29.37", "!2.5.29.19", " 2.5.29.35",
		                            " 1.3.6.1.5.5.7.1.1", "!2.5.29.17", " 2.5.29.32", " 2.5.29.31" };
	char                     url[] = "http://ca.example/x", oid[] = "2.23.140.1.2.1";
	struct fixture           f;
	struct id                serial, found;
	unsigned                 usage, critical;

	setup(&f, "p-256");
	auto_(gcrt) gnutls_x509_crt_t crt = issue(&f, &serial);
	assert_extensions(crt, bare, ARRAY_LEN(bare));
	assert_true(crt_id(crt, &found));
	assert_memory_equal(found.b, serial.b, sizeof(serial.b));
	assert_int_equal(id_time(&serial) / CLK_SECOND, NOW / CLK_SECOND);
	assert_int_equal(gnutls_x509_crt_get_key_usage(crt, &usage, &critical), 0);
	assert_int_equal(usage, GNUTLS_KEY_DIGITAL_SIGNATURE);
	assert_true(gnutls_x509_crt_check_hostname(crt, "x.b.example"));
	f.profile.ca_issuers_url = f.profile.crl_url = url;
	f.profile.policy_oid = oid;
	auto_(gcrt) gnutls_x509_crt_t second = issue(&f, &found);
	assert_extensions(second, full, ARRAY_LEN(full));
	assert_memory_not_equal(found.b, serial.b, sizeof(serial.b));
	teardown(&f);
}

static void test_rsa_key(void **state UNUSED)
{
	struct fixture f;
	struct id      serial;
	unsigned       usage, critical;

	setup(&f, "p-256");
	spki_free(f.spki);
	setup_spki(&f, GNUTLS_PK_RSA, 2048);
	f.req.spki = f.spki;
	auto_(gcrt) gnutls_x509_crt_t crt = issue(&f, &serial);
	assert_int_equal(gnutls_x509_crt_get_key_usage(crt, &usage, &critical), 0);
	assert_int_equal(usage, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT);
	teardown(&f);
}

static void test_algorithms(void **state UNUSED)
{
	static const struct {
		const char *key_type;
		int         algorithm;
	} cases[] = {
		{ "p-256", GNUTLS_SIGN_ECDSA_SHA256 },
		{ "p-384", GNUTLS_SIGN_ECDSA_SHA384 },
		{ "rsa-3072", GNUTLS_SIGN_RSA_SHA256 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		struct id      serial;

		setup(&f, cases[i].key_type);
		auto_(gcrt) gnutls_x509_crt_t crt = issue(&f, &serial);
		assert_int_equal(gnutls_x509_crt_get_signature_algorithm(crt), cases[i].algorithm);
		teardown(&f);
	}
}

static void test_foreign_key(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(gprivkey) gnutls_privkey_t   foreign = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	struct fixture                     f;
	struct tbs                         tbs;
	auto_free uint8_t                 *der = NULL;
	size_t                             len;

	setup(&f, "p-256");
	assert_int_equal(tbs_build(&f.req, &tbs, &p), 0);
	f.issuer.key = foreign;
	assert_int_equal(sign_tbs(&f.issuer, tbs.der, tbs.der_len, &der, &len, &p), -PROB_INTERNAL);
	assert_null(der);
	free(tbs.der);
	teardown(&f);
}

#define DAYS(n) ((n)*INT64_C(86400))

/* Seconds from now; 0 in asked: not asked.  days of the profile is 90, backdated by an hour. */
static const struct {
	int64_t        asked_before, asked_after, issuer_before, issuer_after;
	enum prob_code code;
	int64_t        not_before, not_after;
} validities[] = {
	{ 0, 0, -DAYS(1), DAYS(1000), PROB_NONE, -3600, DAYS(90) - 3601 },
	{ 0, 0, -60, DAYS(1000), PROB_NONE, -60, DAYS(90) - 61 },
	{ 0, 0, -DAYS(1), DAYS(30), PROB_NONE, -3600, DAYS(30) },
	{ 0, 0, -DAYS(1), -1, PROB_INTERNAL, 0, 0 },
	{ 0, DAYS(5), -DAYS(1), DAYS(1000), PROB_NONE, -3600, DAYS(5) },
	{ 0, DAYS(90), -DAYS(1), DAYS(1000), PROB_NONE, 0, DAYS(90) },
	{ 0, DAYS(90) + 1, -DAYS(1), DAYS(1000), PROB_MALFORMED, 0, 0 },
	{ 0, DAYS(31), -DAYS(1), DAYS(30), PROB_MALFORMED, 0, 0 },
	{ 0, -1, -DAYS(1), DAYS(30), PROB_MALFORMED, 0, 0 },
	{ -600, 0, -DAYS(1), DAYS(1000), PROB_NONE, -600, DAYS(90) - 601 },
	{ DAYS(2), 0, -DAYS(1), DAYS(1000), PROB_NONE, DAYS(2), DAYS(92) - 1 },
	{ DAYS(2), DAYS(92), -DAYS(1), DAYS(1000), PROB_NONE, DAYS(2), DAYS(92) },
	{ DAYS(2), DAYS(92) + 1, -DAYS(1), DAYS(1000), PROB_MALFORMED, 0, 0 },
	{ DAYS(2), DAYS(1), -DAYS(1), DAYS(1000), PROB_MALFORMED, 0, 0 },
	{ -DAYS(2), 0, -DAYS(1), DAYS(1000), PROB_MALFORMED, 0, 0 },
	{ -DAYS(8), 0, -DAYS(100), DAYS(1000), PROB_MALFORMED, 0, 0 },
};

static void test_validity(void **state UNUSED)
{
	struct fixture f;

	setup(&f, "p-256");
	for (size_t i = 0; i < ARRAY_LEN(validities); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct tbs                         tbs = { 0 };

		f.req.not_before = validities[i].asked_before ? AT(validities[i].asked_before) : 0;
		f.req.not_after = validities[i].asked_after ? AT(validities[i].asked_after) : 0;
		f.issuer.not_before = AT(validities[i].issuer_before);
		f.issuer.not_after = AT(validities[i].issuer_after);
		assert_int_equal(tbs_build(&f.req, &tbs, &p), -(int)validities[i].code);
		if (validities[i].code != PROB_NONE)
			continue;
		assert_int_equal((tbs.not_before - AT(0)) / CLK_SECOND, validities[i].not_before);
		assert_int_equal((tbs.not_after - AT(0)) / CLK_SECOND, validities[i].not_after);
		free(tbs.der);
	}
	teardown(&f);
}

/* GeneralizedTime from 2050 (RFC 5280 4.1.2.5). */
static void test_far_future(void **state UNUSED)
{
	struct fixture f;
	struct id      serial;

	setup(&f, "p-256");
	f.profile.validity = 3650 * 10 * CLK_DAY;
	f.issuer.not_after = AT(DAYS(365 * 50));
	auto_(gcrt) gnutls_x509_crt_t crt = issue(&f, &serial);
	assert_true(gnutls_x509_crt_get_expiration_time(crt) > 2524608000); /* 2050 */
	teardown(&f);
}

static void test_name_constraints(void **state UNUSED)
{
	static unsigned char               example[] = "example", other[] = "other";
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct fixture                     f;
	struct tbs                         tbs = { 0 };

	setup(&f, "p-256");
	assert_int_equal(gnutls_x509_name_constraints_init(&f.issuer.constraints), 0);
	assert_int_equal(gnutls_x509_name_constraints_add_permitted(f.issuer.constraints, GNUTLS_SAN_DNSNAME,
	                                                            &(gnutls_datum_t){ example, sizeof(example) - 1 }),
	                 0);
	assert_int_equal(tbs_build(&f.req, &tbs, &p), 0);
	free(tbs.der);
	assert_int_equal(gnutls_x509_name_constraints_add_excluded(f.issuer.constraints, GNUTLS_SAN_DNSNAME,
	                                                           &(gnutls_datum_t){ other, sizeof(other) - 1 }),
	                 0);
	snprintf(f.names[1].value, sizeof(f.names[1].value), "b.other");
	assert_int_equal(tbs_build(&f.req, &tbs, &p), -PROB_REJECTED_IDENTIFIER);
	assert_string_equal(p.detail, "name constraints of the issuing certificate do not permit b.other");
	teardown(&f);
}

static int build_with_address(struct fixture *f, const char *address)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct tbs                         tbs = { 0 };
	int                                r;

	assert_int_equal(ident_from_text("ip", address, &f->names[1], &p), 0);
	r = tbs_build(&f->req, &tbs, &p);
	free(tbs.der);
	return r;
}

/* RFC 5280 4.2.1.10: a constraint on a type of names says nothing of other types, but of both families of addresses. */
static void test_address_constraints(void **state UNUSED)
{
	static unsigned char example[] = "example", network[] = { 192, 0, 2, 0, 255, 255, 255, 0 };
	struct fixture       f;

	setup(&f, "p-256");
	assert_int_equal(gnutls_x509_name_constraints_init(&f.issuer.constraints), 0);
	assert_int_equal(gnutls_x509_name_constraints_add_permitted(f.issuer.constraints, GNUTLS_SAN_DNSNAME,
	                                                            &(gnutls_datum_t){ example, sizeof(example) - 1 }),
	                 0);
	assert_int_equal(build_with_address(&f, "203.0.113.1"), 0);
	assert_int_equal(gnutls_x509_name_constraints_add_permitted(f.issuer.constraints, GNUTLS_SAN_IPADDRESS,
	                                                            &(gnutls_datum_t){ network, sizeof(network) }),
	                 0);
	assert_int_equal(build_with_address(&f, "192.0.2.1"), 0);
	assert_int_equal(build_with_address(&f, "203.0.113.1"), -PROB_REJECTED_IDENTIFIER);
	assert_int_equal(build_with_address(&f, "2001:db8::1"), -PROB_REJECTED_IDENTIFIER);
	teardown(&f);
}

static void test_too_many_names(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_free struct ident            *names = xcalloc(300, sizeof(*names));
	struct fixture                     f;
	struct tbs                         tbs = { 0 };

	setup(&f, "p-256");
	for (size_t i = 0; i < 300; i++)
		snprintf(names[i].value, sizeof(names[i].value), "%0200zu.example", i);
	f.req.names = names;
	f.req.n_names = 300;
	assert_int_equal(tbs_build(&f.req, &tbs, &p), -PROB_INTERNAL);
	f.req.n_names = 100;
	assert_int_equal(tbs_build(&f.req, &tbs, &p), -PROB_NONE);
	free(tbs.der);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profile),          cmocka_unit_test(test_rsa_key),
		cmocka_unit_test(test_algorithms),       cmocka_unit_test(test_foreign_key),
		cmocka_unit_test(test_validity),         cmocka_unit_test(test_far_future),
		cmocka_unit_test(test_name_constraints), cmocka_unit_test(test_address_constraints),
		cmocka_unit_test(test_too_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

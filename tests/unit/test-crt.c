/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>
#include <time.h>

#include <gnutls/pkcs7.h>

#include "base/mem.h"
#include "keys.h"
#include "pki/crt.h"

#define UUIDV7 "\x01\x9a\xa8\x00\x11\x22\x73\x33\x84\x44\x55\x66\x77\x88\x99\xaa"

/* A self-signed certificate; *ret belongs to the caller. */
static void make(const void *serial, size_t len, gnutls_datum_t *ret)
{
	auto_(gx509key) gnutls_x509_privkey_t key = NULL;
	auto_(gcrt) gnutls_x509_crt_t         crt = NULL;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(
		gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_set_version(crt, 3), 0);
	assert_int_equal(gnutls_x509_crt_set_serial(crt, serial, len), 0);
	assert_int_equal(gnutls_x509_crt_set_activation_time(crt, time(NULL)), 0);
	assert_int_equal(gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 60), 0);
	assert_int_equal(gnutls_x509_crt_set_key(crt, key), 0);
	assert_int_equal(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, ret), 0);
}

static void test_id(void **state UNUSED)
{
	static const struct {
		const char *serial;
		size_t      len;
		bool        found;
	} rows[] = {
		{ UUIDV7, 16, true },
		{ UUIDV7 "\x01", 17, false },
		{ UUIDV7, 15, false },
		{ "\x01\x9a\xa8\x00\x11\x22\x43\x33\x84\x44\x55\x66\x77\x88\x99\xaa", 16, false }, /* version 4 */
		{ "\x01\x9a\xa8\x00\x11\x22\x73\x33\x44\x44\x55\x66\x77\x88\x99\xaa", 16, false }, /* variant */
		{ "\x05", 1, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_clear(gdatum) gnutls_datum_t  der = { 0 };
		auto_(gcrt) gnutls_x509_crt_t      crt = NULL;
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct id                          id;

		make(rows[i].serial, rows[i].len, &der);
		assert_int_equal(crt_from_der(der.data, der.size, &crt, &p), 0);
		assert_int_equal(crt_id(crt, &id), rows[i].found);
		if (rows[i].found)
			assert_memory_equal(id.b, rows[i].serial, sizeof(id.b));
	}
}

static void test_der_refused(void **state UNUSED)
{
	static uint8_t                    big[CRT_MAX + 1];
	auto_clear(gdatum) gnutls_datum_t der = { 0 };
	uint8_t                           bytes[1024];

	make("\x05", 1, &der);
	memcpy(bytes, der.data, der.size);
	bytes[der.size] = 0;
	const struct {
		const uint8_t *p;
		size_t         len;
		const char    *detail;
	} rows[] = {
		{ bytes, der.size + 1, "one DER sequence" },
		{ bytes, der.size - 1, "one DER sequence" },
		{ bytes, 0, "one DER sequence" },
		{ (const uint8_t *)"\x30\x00", 2, "well-formed" },
		{ big, sizeof(big), "exceeds" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		gnutls_x509_crt_t                  crt = NULL;

		assert_int_equal(crt_from_der(rows[i].p, rows[i].len, &crt, &p), -PROB_MALFORMED);
		assert_non_null(strstr(p.detail, rows[i].detail));
		assert_null(crt);
	}
}

/* Lines of 64 characters (RFC 7468 2). */
static void test_pem(void **state UNUSED)
{
	static const char first[] = "-----BEGIN CERTIFICATE-----\n", last[] = "-----END CERTIFICATE-----\n";
	auto_clear(gdatum) gnutls_datum_t der = { 0 };
	auto_clear(buf) struct buf        pem = BUF_INIT(4096);
	const char                       *line;

	make("\x05", 1, &der);
	crt_add_pem(&pem, der.data, der.size);
	assert_false(pem.failed);
	assert_int_equal(strncmp(pem.data, first, strlen(first)), 0);
	assert_string_equal(pem.data + pem.len - strlen(last), last);
	line = pem.data + strlen(first);
	for (; strlen(line) > strlen(last) + 65; line += 65)
		assert_int_equal(strcspn(line, "\n"), 64);
}

static char *write_file(const char *text, size_t len)
{
	char           *path = xstrdup("test-crt-XXXXXX");
	int             fd = mkstemp(path);
	auto_file FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	return path;
}

static void expect_file(const char *text, size_t len, size_t n, const char *detail)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_free char                    *path = write_file(text, len);
	gnutls_x509_crt_t                  crts[2] = { NULL };
	size_t                             found = 99;
	int                                r = crt_from_file(path, crts, ARRAY_LEN(crts), &found, &p);

	unlink(path);
	if (detail) {
		assert_int_equal(r, -PROB_CONFIG);
		assert_non_null(strstr(p.detail, path));
		if (!strstr(p.detail, detail))
			fail_msg("%s; expected: %s", p.detail, detail);
		assert_int_equal(found, 99);
		return;
	}
	assert_int_equal(r, 0);
	assert_int_equal(found, n);
	for (size_t i = 0; i < n; i++)
		gnutls_x509_crt_deinit(crts[i]);
}

static void test_file(void **state UNUSED)
{
	auto_clear(gdatum) gnutls_datum_t  der = { 0 };
	auto_clear(buf) struct buf         pem = BUF_INIT(65536);
	auto_free char                    *big = xcalloc(300000, 1);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	gnutls_x509_crt_t                  none;
	size_t                             n;

	make("\x05", 1, &der);
	expect_file("", 0, 0, "empty");
	expect_file("no PEM\n", 7, 0, "no certificate");
	expect_file(big, 300000, 0, "larger");
	crt_add_pem(&pem, der.data, der.size);
	expect_file(pem.data, pem.len - 30, 0, "no certificate");
	expect_file(pem.data, pem.len, 1, NULL);
	crt_add_pem(&pem, der.data, der.size);
	expect_file(pem.data, pem.len, 2, NULL);
	crt_add_pem(&pem, der.data, der.size);
	expect_file(pem.data, pem.len, 0, "more than 2");
	assert_int_equal(crt_from_file("/nonexistent/ca.pem", &none, 1, &n, &p), -PROB_CONFIG);
	assert_non_null(strstr(p.detail, "/nonexistent/ca.pem"));
}

static void expect_pkcs7(const gnutls_datum_t *der, const char *chain, int n)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_clear(buf) struct buf         out = BUF_INIT(65536);
	auto_clear(gdatum) gnutls_datum_t  first = { 0 };
	gnutls_pkcs7_t                     pkcs7;

	assert_int_equal(crt_add_pkcs7(&out, der->data, der->size, chain, &p), 0);
	assert_int_equal(gnutls_pkcs7_init(&pkcs7), 0);
	assert_int_equal(gnutls_pkcs7_import(pkcs7, &(gnutls_datum_t){ (void *)out.data, (unsigned)out.len },
	                                     GNUTLS_X509_FMT_DER),
	                 0);
	assert_int_equal(gnutls_pkcs7_get_crt_count(pkcs7), n);
	assert_int_equal(gnutls_pkcs7_get_crt_raw2(pkcs7, 0, &first), 0);
	assert_int_equal(first.size, der->size);
	gnutls_pkcs7_deinit(pkcs7);
}

static void test_pkcs7(void **state UNUSED)
{
	auto_clear(gdatum) gnutls_datum_t  der = { 0 };
	auto_clear(buf) struct buf         chain = BUF_INIT(65536), out = BUF_INIT(65536);
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	make("\x05", 1, &der);
	expect_pkcs7(&der, "", 1);
	crt_add_pem(&chain, der.data, der.size);
	crt_add_pem(&chain, der.data, der.size);
	expect_pkcs7(&der, buf_str(&chain), 3);
	assert_int_equal(crt_add_pkcs7(&out, der.data, der.size, "no PEM", &p), -PROB_INTERNAL);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id),   cmocka_unit_test(test_der_refused), cmocka_unit_test(test_pem),
		cmocka_unit_test(test_file), cmocka_unit_test(test_pkcs7),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

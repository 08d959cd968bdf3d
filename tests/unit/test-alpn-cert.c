/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates built element by element, so that each may be wrong in one place. */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "keys.h"
#include "pki/der.h"
#include "validator/alpn-cert.h"

#define CERT_MAX       4096
#define NUMBERED(v)    "a00302010" v
#define ECDSA_SHA256   "300a06082a8648ce3d040302"
#define ECDSA_SHA384   "300a06082a8648ce3d040303"
#define SHA1_RSA       "300d06092a864886f70d0101050500"
#define NAME_A         "300c310a300806035504030c0161"
#define NAME_B         "300c310a300806035504030c0162"
#define VALIDITY       "301e170d3236303130313030303030305a170d3236303130323030303030305a"
#define DIGEST         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ACME(c, value) "06082b0601050507011f" c value
#define CRITICAL       "0101ff"
#define GOOD_ACME      "3031" ACME(CRITICAL, "04220420" DIGEST)
#define SAN            "0603551d11"
#define DNS(name)      "820d" name
#define EXAMPLE        "7777772e6578616d706c652e" /* www.example. and a letter */
#define GOOD_SAN       "3018" SAN "0411300f" DNS(EXAMPLE "61")
#define BASIC          "300c0603551d130101ff04023000"

/* All in hex; NULL: what makes a good certificate for www.example.a. */
struct parts {
	const char *version, *inner_algorithm, *outer_algorithm, *issuer, *ids, *extensions, *tail;
	bool        no_extensions, other_key, cut_signature;
};

static const struct ident name = { .type = "dns", .value = "www.example.a" };
static const struct ident v4 = { .type = "ip", .value = "192.0.2.1" };
static const struct ident v6 = { .type = "ip", .value = "2001:db8::1" };
static uint8_t            digest[SHA256_LEN];
static gnutls_privkey_t   own, other;

static void put_hex(struct der_out *out, const char *given, const char *usual)
{
	const char *text = given ? given : usual;
	uint8_t     bytes[CERT_MAX];
	size_t      len = strlen(text) / 2;

	assert_true(len <= sizeof(bytes) && hex_decode(text, strlen(text), bytes, len));
	der_put_raw(out, bytes, len);
}

static void put_extensions(struct der_out *out, const struct parts *parts)
{
	const uint8_t *mark = out->pos;

	if (parts->no_extensions)
		return;
	put_hex(out, parts->extensions, GOOD_ACME GOOD_SAN);
	der_wrap(out, mark, DER_SEQUENCE);
	der_wrap(out, mark, 0xa3);
}

static void put_tbs(struct der_out *out, const struct parts *parts)
{
	auto_clear(gdatum) gnutls_datum_t spki = { 0 };
	const uint8_t                    *mark = out->pos;

	key_spki(own, &spki);
	put_hex(out, parts->tail, "");
	put_extensions(out, parts);
	put_hex(out, parts->ids, "");
	der_put_raw(out, spki.data, spki.size);
	put_hex(out, NULL, NAME_A);
	put_hex(out, NULL, VALIDITY);
	put_hex(out, parts->issuer, NAME_A);
	put_hex(out, parts->inner_algorithm, ECDSA_SHA256);
	put_hex(out, NULL, "020101");
	put_hex(out, parts->version, NUMBERED("2"));
	der_wrap(out, mark, DER_SEQUENCE);
}

/* The certificate is at the end of memory. */
static struct der make(const struct parts *parts, uint8_t memory[CERT_MAX])
{
	uint8_t                           tbs[CERT_MAX];
	auto_clear(gdatum) gnutls_datum_t signature = { 0 };
	struct der_out                    inner, out;
	const uint8_t                    *mark;
	gnutls_datum_t                    data;

	der_out_init(&inner, tbs, sizeof(tbs));
	put_tbs(&inner, parts);
	data = (gnutls_datum_t){ inner.pos, (unsigned)(inner.end - inner.pos) };
	assert_int_equal(gnutls_privkey_sign_data2(parts->other_key ? other : own, GNUTLS_SIGN_ECDSA_SHA256, 0, &data,
	                                           &signature),
	                 0);
	der_out_init(&out, memory, CERT_MAX);
	mark = out.pos;
	der_put_raw(&out, signature.data, parts->cut_signature ? 0 : signature.size);
	put_hex(&out, NULL, "00");
	der_wrap(&out, mark, DER_BIT_STRING);
	put_hex(&out, parts->outer_algorithm, ECDSA_SHA256);
	der_put_raw(&out, data.data, data.size);
	der_wrap(&out, mark, DER_SEQUENCE);
	assert_false(inner.failed || out.failed);
	return (struct der){ out.pos, (size_t)(out.end - out.pos) };
}

/* detail NULL: accepted. */
static void check(const struct der *der, const struct ident *ident, const char *what, const char *detail)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	int                                r = alpn_cert_check(der->p, der->len, ident, digest, &p);

	if (r != (detail ? -PROB_INCORRECT_RESPONSE : 0) || (detail && !strstr(p.detail, detail)))
		fail_msg("%s: %d %s; expected: %s", what, r, p.detail, detail ? detail : "nothing");
	assert_null(strchr(p.detail, '"'));
}

static const struct {
	const char  *what, *detail;
	struct parts parts;
} cases[] = {
	{ "as it must be", NULL, { 0 } },
	{ "the other way round", NULL, { .extensions = GOOD_SAN GOOD_ACME } },
	{ "with others beside", NULL, { .extensions = GOOD_SAN BASIC GOOD_ACME } },
	{ "with unique ids", NULL, { .ids = "810200aa820200bb" } },
	{ "in capitals", NULL, { .extensions = GOOD_ACME "3018" SAN "0411300f" DNS("5757572e4558414d504c452e41") } },
	{ "with a critical name", NULL, { .extensions = GOOD_ACME "301b" SAN CRITICAL "0411300f" DNS(EXAMPLE "61") } },
	{ "version 1", "version is not 3", { .version = "" } },
	{ "version 2", "version is not 3", { .version = NUMBERED("1") } },
	{ "two algorithms", "two different signature algorithms", { .outer_algorithm = ECDSA_SHA384 } },
	{ "nothing more", "no extensions", { .no_extensions = true } },
	{ "something after", "something after", { .tail = "0500" } },
	{ "no extension", "no acmeIdentifier", { .extensions = "" } },
	{ "an ordinary one", "no acmeIdentifier", { .extensions = GOOD_SAN BASIC } },
	{ "an ill-formed extension", "ill-formed extension", { .extensions = GOOD_ACME "3000" GOOD_SAN } },
	{ "critical FALSE written",
	  "ill-formed extension",
	  { .extensions = "3031" ACME("010100", "04220420" DIGEST) GOOD_SAN } },
	{ "two acmeIdentifiers", "same extension twice", { .extensions = GOOD_ACME GOOD_ACME GOOD_SAN } },
	{ "two subjectAltNames", "same extension twice", { .extensions = GOOD_SAN GOOD_ACME GOOD_SAN } },
	{ "two others", "same extension twice", { .extensions = BASIC GOOD_ACME GOOD_SAN BASIC } },
	{ "not critical", "not critical", { .extensions = "302e" ACME("", "04220420" DIGEST) GOOD_SAN } },
	{ "without inner tag",
	  "no OCTET STRING of 32 bytes",
	  { .extensions = "302f" ACME(CRITICAL, "0420" DIGEST) GOOD_SAN } },
	{ "of 31 bytes",
	  "no OCTET STRING of 32 bytes",
	  { .extensions = "3030" ACME(
		    CRITICAL, "0421041f000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e") GOOD_SAN } },
	{ "of 33 bytes",
	  "no OCTET STRING of 32 bytes",
	  { .extensions = "3032" ACME(CRITICAL, "04230421" DIGEST "00") GOOD_SAN } },
	{ "a bit string",
	  "no OCTET STRING of 32 bytes",
	  { .extensions = "3032" ACME(CRITICAL, "0423032100" DIGEST) GOOD_SAN } },
	{ "with trailing bytes",
	  "no OCTET STRING of 32 bytes",
	  { .extensions = "3033" ACME(CRITICAL, "04240420" DIGEST "0500") GOOD_SAN } },
	{ "an empty one", "no OCTET STRING of 32 bytes", { .extensions = "300f" ACME(CRITICAL, "0400") GOOD_SAN } },
	{ "of another key authorization",
	  "expected " DIGEST,
	  { .extensions = "3031" ACME(CRITICAL, "04220420f0"
	                                        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	            GOOD_SAN } },
	{ "no subjectAltName", "no subjectAltName", { .extensions = GOOD_ACME } },
	{ "an empty subjectAltName", "no well-formed name", { .extensions = GOOD_ACME "3009" SAN "04023000" } },
	{ "no list", "no sequence of names", { .extensions = GOOD_ACME "3016" SAN "040f" DNS(EXAMPLE "61") } },
	{ "bytes after the list",
	  "no sequence of names",
	  { .extensions = GOOD_ACME "301a" SAN "0413300f" DNS(EXAMPLE "61") "0500" } },
	{ "a name that is cut off", "no well-formed name", { .extensions = GOOD_ACME "300b" SAN "040430028205" } },
	{ "another name",
	  "is for another name, expected the subjectAltName www.example.a",
	  { .extensions = GOOD_ACME "3018" SAN "0411300f" DNS(EXAMPLE "62") } },
	{ "a longer name",
	  "is for another name",
	  { .extensions = GOOD_ACME "3019" SAN "04123010820e" EXAMPLE "6161" } },
	{ "a final dot", "is for another name", { .extensions = GOOD_ACME "3019" SAN "04123010820e" EXAMPLE "612e" } },
	{ "a zero byte", "is for another name", { .extensions = GOOD_ACME "3019" SAN "04123010820e" EXAMPLE "6100" } },
	{ "a wildcard",
	  "is for another name",
	  { .extensions = GOOD_ACME "3016" SAN "040f300d820b2a2e6578616d706c652e61" } },
	{ "the name as a mail address",
	  "is for another name",
	  { .extensions = GOOD_ACME "3018" SAN "0411300f810d" EXAMPLE "61" } },
	{ "an address", "is for another name", { .extensions = GOOD_ACME "300f" SAN "040830068704c0000201" } },
	{ "the name twice",
	  "is for several names",
	  { .extensions = GOOD_ACME "3027" SAN "0420301e" DNS(EXAMPLE "61") DNS(EXAMPLE "61") } },
	{ "another name as well",
	  "is for several names",
	  { .extensions = GOOD_ACME "3027" SAN "0420301e" DNS(EXAMPLE "61") DNS(EXAMPLE "62") } },
	{ "another name before",
	  "is for several names",
	  { .extensions = GOOD_ACME "3027" SAN "0420301e" DNS(EXAMPLE "62") DNS(EXAMPLE "61") } },
	{ "a broken name behind",
	  "is for several names",
	  { .extensions = GOOD_ACME "301a" SAN "04133011" DNS(EXAMPLE "61") "8205" } },
	{ "by another issuer", "issuer is not its subject", { .issuer = NAME_B } },
	{ "by another key", "signature is not by its own key", { .other_key = true } },
	{ "without signature", "signature is empty", { .cut_signature = true } },
	{ "by SHA-1", "signature", { .inner_algorithm = SHA1_RSA, .outer_algorithm = SHA1_RSA } },
	{ "an unknown algorithm",
	  "signature algorithm",
	  { .inner_algorithm = "300506032a0304", .outer_algorithm = "300506032a0304" } },
};

static void test_cases(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t    memory[CERT_MAX];
		struct der der = make(&cases[i].parts, memory);

		check(&der, &name, cases[i].what, cases[i].detail);
	}
}

static const struct {
	const char         *what, *san, *detail;
	const struct ident *ident;
} addresses[] = {
	{ "IPv4", "300f" SAN "040830068704c0000201", NULL, &v4 },
	{ "another IPv4", "300f" SAN "040830068704c0000202", "expected the subjectAltName 192.0.2.1", &v4 },
	{ "IPv4 and mask", "3013" SAN "040c300a8708c0000201ffffffff", "another name", &v4 },
	{ "IPv4 as a DNS name", "3014" SAN "040d300b82093139322e302e322e31", "another name", &v4 },
	{ "IPv4-mapped", "301b" SAN "04143012871000000000000000000000ffffc0000201", "another name", &v4 },
	{ "two IPv4", "3015" SAN "040e300c8704c00002018704c0000201", "several names", &v4 },
	{ "IPv6", "301b" SAN "04143012871020010db8000000000000000000000001", NULL, &v6 },
	{ "another IPv6", "301b" SAN "04143012871020010db8000000000000000000000002", "another name", &v6 },
	{ "IPv4 for IPv6", "300f" SAN "040830068704c0000201", "another name", &v6 },
};

static void test_addresses(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		uint8_t                    memory[CERT_MAX];
		auto_clear(buf) struct buf extensions = BUF_INIT(CERT_MAX);
		struct der                 der;

		buf_addf(&extensions, "%s%s", GOOD_ACME, addresses[i].san);
		der = make(&(struct parts){ .extensions = buf_str(&extensions) }, memory);
		check(&der, addresses[i].ident, addresses[i].what, addresses[i].detail);
	}
}

static void test_many_extensions(void **state UNUSED)
{
	auto_clear(buf) struct buf extensions = BUF_INIT(CERT_MAX);
	uint8_t                    memory[CERT_MAX];
	struct der                 der;

	buf_adds(&extensions, GOOD_ACME GOOD_SAN);
	for (unsigned i = 0; i < 18; i++)
		buf_addf(&extensions, "300806022a%02x04020500", i);
	der = make(&(struct parts){ .extensions = buf_str(&extensions) }, memory);
	check(&der, &name, "20 extensions", NULL);
	buf_adds(&extensions, "300806022a7f04020500");
	der = make(&(struct parts){ .extensions = buf_str(&extensions) }, memory);
	check(&der, &name, "21 extensions", "more than 20 extensions");
}

/* Every prefix is refused, and so is what has a byte more. */
static void test_length(void **state UNUSED)
{
	uint8_t    memory[CERT_MAX], longer[CERT_MAX + 1] = { 0 };
	struct der der = make(&(struct parts){ 0 }, memory), part = der;

	memcpy(longer, der.p, der.len);
	check(&(struct der){ longer, der.len + 1 }, &name, "one byte more", "not exactly one sequence");
	for (part.len = 0; part.len < der.len; part.len++)
		check(&part, &name, "a prefix", "not exactly one sequence");
	check(&(struct der){ memory, 40000 }, &name, "a large one", "exceeds");
}

/* What was found is the server's text, for the log only. */
static void test_cause(void **state UNUSED)
{
	static const char                  san[] = GOOD_ACME "3018" SAN "0411300f" DNS(EXAMPLE "62");
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	uint8_t                            memory[CERT_MAX];
	struct der                         der = make(&(struct parts){ .extensions = san }, memory);

	assert_int_equal(alpn_cert_check(der.p, der.len, &name, digest, &p), -PROB_INCORRECT_RESPONSE);
	assert_null(strstr(p.detail, "www.example.b"));
	assert_non_null(strstr(p.cause, "is www.example.b (tag 0x82, 13 bytes)"));
}

static void test_server_name(void **state UNUSED)
{
	char out[ALPN_SERVER_NAME_MAX];

	alpn_server_name(&name, out);
	assert_string_equal(out, "www.example.a");
	alpn_server_name(&v4, out);
	assert_string_equal(out, "1.2.0.192.in-addr.arpa");
	alpn_server_name(&v6, out);
	assert_string_equal(out, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

static int set_up(void **state UNUSED)
{
	own = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	other = key_new_ec(GNUTLS_ECC_CURVE_SECP256R1);
	return hex_decode(DIGEST, strlen(DIGEST), digest, sizeof(digest)) ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
	gnutls_privkey_deinit(own);
	gnutls_privkey_deinit(other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),  cmocka_unit_test(test_addresses), cmocka_unit_test(test_many_extensions),
		cmocka_unit_test(test_length), cmocka_unit_test(test_cause),     cmocka_unit_test(test_server_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"
#include "json/js.h"
#include "pki/eab.h"

#define URL    "https://ca.test/new-account"
#define HEADER "{\"alg\":\"HS256\",\"kid\":\"k\",\"url\":\"" URL "\"}"
#define X      "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define Y      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define KEY    "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y "}"
#define OTHER  "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

static int decode(const char *header, const char *payload, struct jws **ret, struct problem *p)
{
	auto_clear(problem) struct problem none = PROBLEM_INIT;
	auto_(json) struct json_object    *object = json_object_new_object();
	auto_(jwk) struct jwk             *key = NULL;
	auto_free char                    *first = b64u_encode_new(header, strlen(header));
	auto_free char                    *second = b64u_encode_new(payload, strlen(payload));

	js_add_text(object, "protected", first);
	js_add_text(object, "payload", second);
	js_add_text(object, "signature", "AAAA");
	assert_int_equal(jwk_from_text(KEY, &key, &none), 0);
	return eab_decode(object, URL, key, ret, p);
}

/* The same key, however it is written (conformance A132). */
static void test_good(void **state UNUSED)
{
	static const char *const payloads[] = {
		KEY,
		"{" Y ",\n\t" X ", \"crv\" : \"P-256\", \"kty\":\"EC\" }\n",
		"{\"use\":\"sig\",\"kid\":\"mine\",\"alg\":\"ES256\",\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y "}",
	};

	for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;

		assert_int_equal(decode(HEADER, payloads[i], &jws, &p), 0);
		assert_string_equal(jws->kid, "k");
		assert_string_equal(jws_mac_hash(jws), "sha256");
		assert_int_equal(jws->signature_len, 3);
	}
}

/* clang-format off */
static const struct {
	const char *header, *payload, *detail;
} bad[] = {
	{ "{\"alg\":\"ES256\",\"kid\":\"k\",\"url\":\"" URL "\"}",                      KEY, "HS256" },
	{ "{\"alg\":\"HS256\",\"kid\":\"k\",\"url\":\"" URL "\",\"nonce\":\"AAAA\"}",   KEY, "nonce" },
	{ "{\"alg\":\"HS256\",\"jwk\":" KEY ",\"url\":\"" URL "\"}",                    KEY, "jwk" },
	{ "{\"alg\":\"HS256\",\"kid\":\"k\",\"url\":\"https://ca.test/key-change\"}",   KEY, "url differs" },
	{ "{\"alg\":\"HS256\",\"kid\":\"k\",\"url\":\"https://ca.test:443/new-account\"}", KEY, "url differs" },
	{ "{\"alg\":\"HS256\",\"kid\":\"k\"}",                                          KEY, "url" },
	{ HEADER, OTHER,                                       "another key" },
	{ HEADER, "",                                          "" },
	{ HEADER, "{}",                                        "kty" },
	{ HEADER, "[]",                                        "object" },
	{ HEADER, "\"" URL "\"",                               "object" },
	{ HEADER, "{\"kty\":\"oct\",\"k\":\"AAAA\"}",          "" },
	{ HEADER, "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "," X "}", "equal" },
	{ HEADER, "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "}",  "" },
};
/* clang-format on */

static void test_bad(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_(jws) struct jws             *jws = NULL;

		assert_int_equal(decode(bad[i].header, bad[i].payload, &jws, &p), -PROB_MALFORMED);
		if (strncmp(p.detail, "externalAccountBinding: ", 24) != 0 || !strstr(p.detail, bad[i].detail))
			fail_msg("%s %s: %s", bad[i].header, bad[i].payload, p.detail);
		assert_null(jws);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "responder/accept.h"

static const char *const types[] = { "application/pem-certificate-chain", "application/pkix-cert",
	                             "application/pkcs7-mime" };

enum { PEM, DER, PKCS7 };

/* clang-format off */
static const struct {
	const char *field;
	size_t      picked;
} cases[] = {
	{ "",                                                                     PEM },
	{ "*/*",                                                                  PEM },
	{ "application/*",                                                        PEM },
	{ "application/json, text/html;q=0.5",                                    PEM },
	{ "application/pem-certificate-chain",                                    PEM },
	{ "application/pkix-cert",                                                DER },
	{ "APPLICATION/PKIX-CERT",                                                DER },
	{ "\tapplication/pkcs7-mime ",                                            PKCS7 },
	{ "application/pkcs7-mime;smime-type=certs-only",                         PKCS7 },
	{ "text/html,,application/pkcs7-mime",                                    PKCS7 },
	{ "application/pkcs7-mime;q=0.5, application/pkix-cert;q=0.501",          DER },
	{ "application/pkcs7-mime;q=0.5, application/pkix-cert;q=0.5",            DER },
	{ "application/pkix-cert;q=0.9, */*;q=0.1",                               DER },
	{ "application/pkix-cert, */*",                                           PEM },
	{ "application/*;q=0.2, application/pkcs7-mime ; Q=0.3",                  PKCS7 },
	{ "application/pem-certificate-chain;q=0, */*",                           DER },
	{ "*/*, application/pem-certificate-chain;q=0",                           DER },
	{ "application/pem-certificate-chain;q=0",                                PEM },
	{ "application/pkix-cert;q=0",                                            PEM },
	{ "application/pkix-cert;q=1.001",                                        PEM },
	{ "application/pkix-cert;q=2",                                            PEM },
	{ "application/pkix-cert;q=",                                             PEM },
	{ "application/pkix-cert;q=0.5000",                                       PEM },
	{ "application/pkix-cert;q=1.",                                           DER },
	{ "application/pkix-cert;q=0.x",                                          PEM },
	{ "application/pkix-certificate",                                         PEM },
	{ "application/pkix",                                                     PEM },
	{ "applicatio/*;q=0.1, application/pkix-cert;q=0.1",                      DER },
	{ "*/pkix-cert",                                                          PEM },
	{ ";q=1",                                                                 PEM },
	{ ",;,;",                                                                 PEM },
};
/* clang-format on */

static void test_fields(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("# %s\n", cases[i].field);
		assert_int_equal(accept_pick(cases[i].field, types, ARRAY_LEN(types)), cases[i].picked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}

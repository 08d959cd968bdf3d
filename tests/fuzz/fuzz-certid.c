/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate identifier that is taken is what its two parts encode to, and its id what the serial number holds. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "pki/cert-id.h"

static void check_parts(const struct cert_id *cert, const char *text)
{
	auto_free char *key_id = b64u_encode_new(cert->key_id, cert->key_id_len);
	auto_free char *serial = b64u_encode_new(cert->serial, cert->serial_len);
	auto_free char *again = xasprintf("%s.%s", key_id, serial);

	HOLDS(cert->key_id_len > 0 && cert->serial_len > 0);
	HOLDS(strlen(text) <= CERT_ID_LEN_MAX);
	HOLDS(strcmp(again, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char                    *text = xasprintf("%.*s", (int)size, (const char *)data);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct cert_id                     cert;
	struct id                          id;

	if (cert_id_from_text(text, &cert, &p) < 0) {
		HOLDS(p.code == PROB_MALFORMED);
		return 0;
	}
	check_parts(&cert, text);
	if (cert_id_to_id(&cert, &id))
		HOLDS(memcmp(cert.serial + cert.serial_len - sizeof(id.b), id.b, sizeof(id.b)) == 0);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A key that is accepted has a canonical text that is accepted, canonical and of the same thumbprint. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "pki/jwk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char                    *text = xcalloc(size + 1, 1);
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(jwk) struct jwk             *jwk = NULL, *again = NULL, *exported = NULL;

	memcpy(text, data, size);
	if (jwk_from_text(text, &jwk, &p) < 0) {
		HOLDS(p.code == PROB_MALFORMED || p.code == PROB_BAD_PUBLIC_KEY);
		HOLDS(!jwk && !strchr(p.detail, '"'));
		return 0;
	}
	HOLDS(jwk_from_text(jwk->canonical, &again, &p) == 0);
	HOLDS(jwk_from_pubkey(jwk->key, &exported, &p) == 0);
	HOLDS(strcmp(jwk->canonical, again->canonical) == 0 && strcmp(jwk->canonical, exported->canonical) == 0);
	HOLDS(strcmp(jwk->thumbprint, again->thumbprint) == 0 && strcmp(jwk->thumbprint, exported->thumbprint) == 0);
	HOLDS(strlen(jwk->thumbprint) == JWK_THUMBPRINT_LEN && jwk->kind == exported->kind);
	return 0;
}

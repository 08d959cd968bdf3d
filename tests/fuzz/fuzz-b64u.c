/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that decodes is what its bytes encode to; bytes that are encoded decode to themselves. */
#include "fuzz.h"

#include <string.h>

#include "base/b64u.h"
#include "base/mem.h"

static void check_text(const char *text, size_t len)
{
	auto_free uint8_t *bytes = xcalloc(B64U_MAX_BYTES(len), 1);
	auto_free char    *again = NULL;
	size_t             n;

	if (!b64u_decode(text, len, bytes, B64U_MAX_BYTES(len), &n))
		return;
	again = b64u_encode_new(bytes, n);
	HOLDS(strlen(again) == len && memcmp(again, text, len) == 0);
	HOLDS(n == 0 || !b64u_decode(text, len, bytes, n - 1, &n));
}

static void check_bytes(const uint8_t *data, size_t size)
{
	auto_free char    *text = b64u_encode_new(data, size);
	auto_free uint8_t *again = xcalloc(size, 1);
	size_t             n;

	HOLDS(strlen(text) == B64U_LEN(size));
	HOLDS(b64u_decode(text, strlen(text), again, size, &n));
	HOLDS(n == size && memcmp(again, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xmemdup(data, size);

	check_text(text, size);
	check_bytes((const uint8_t *)text, size);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever the field, one of the types is picked, and so it is if a range in front asks for just that one. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "responder/accept.h"

static const char *const types[] = { "application/pem-certificate-chain", "application/pkix-cert", "text/plain" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *field = xasprintf("%.*s", (int)size, (const char *)data);
	size_t          picked = accept_pick(field, types, ARRAY_LEN(types));
	auto_free char *more = NULL;

	HOLDS(picked < ARRAY_LEN(types));
	more = xasprintf("%s,%s", types[picked], field);
	HOLDS(accept_pick(more, types, ARRAY_LEN(types)) == picked);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What der_take() takes, der_put() writes again octet by octet; all of it, at any depth. */
#include "fuzz.h"

#include <string.h>

#include "pki/der.h"

#define CONSTRUCTED 0x20
#define DEPTH_MAX   16

static uint8_t memory[65536];

static void check_written(uint8_t tag, const struct der *content, const struct der *whole)
{
	struct der_out out;

	der_out_init(&out, memory, sizeof(memory));
	der_put(&out, tag, content->p, content->len);
	HOLDS(!out.failed);
	HOLDS((size_t)(out.end - out.pos) == whole->len);
	HOLDS(memcmp(out.pos, whole->p, whole->len) == 0);
}

static void walk(struct der in, unsigned depth)
{
	struct der content, whole, before;
	int        tag;

	while ((tag = der_peek(&in)) >= 0) {
		before = in;
		HOLDS(!der_take(&in, (uint8_t)tag ^ 1, &content, NULL));
		HOLDS(in.p == before.p && in.len == before.len);
		HOLDS(der_take(&in, (uint8_t)tag, &content, &whole));
		HOLDS(whole.p == before.p && whole.len + in.len == before.len);
		HOLDS(content.p + content.len == whole.p + whole.len);
		check_written((uint8_t)tag, &content, &whole);
		if ((tag & CONSTRUCTED) && depth < DEPTH_MAX)
			walk(content, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= sizeof(memory) - 8)
		walk((struct der){ data, size }, 0);
	return 0;
}

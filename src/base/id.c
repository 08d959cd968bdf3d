/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/id.h"

#include <string.h>

#include "base/b64u.h"
#include "base/clk.h"
#include "base/hex.h"

#define UUID_N_GROUPS 5

/* Hex digits of a uuid's groups (RFC 9562 4). */
static const uint8_t uuid_groups[UUID_N_GROUPS] = { 8, 4, 4, 4, 12 };

void id_to_text(const struct id *id, char *out)
{
	b64u_encode(id->b, sizeof(id->b), out);
}

void id_to_uuid(const struct id *id, char *out)
{
	const uint8_t *b = id->b;

	for (size_t i = 0; i < UUID_N_GROUPS; i++) {
		if (i > 0)
			*out++ = '-';
		hex_encode(b, uuid_groups[i] / 2, out);
		b += uuid_groups[i] / 2;
		out += uuid_groups[i];
	}
}

bool id_from_text(const char *text, size_t len, struct id *ret)
{
	struct id id = { 0 };
	size_t    n;

	if (len != ID_TEXT_LEN || !b64u_decode(text, len, id.b, sizeof(id.b), &n))
		return false;
	*ret = id;
	return true;
}

bool id_from_uuid(const char *uuid, struct id *ret)
{
	struct id id;
	uint8_t  *b = id.b;

	if (strlen(uuid) != ID_UUID_LEN)
		return false;
	for (size_t i = 0; i < UUID_N_GROUPS; i++) {
		if (i > 0 && *uuid++ != '-')
			return false;
		if (!hex_decode(uuid, uuid_groups[i], b, uuid_groups[i] / 2))
			return false;
		b += uuid_groups[i] / 2;
		uuid += uuid_groups[i];
	}
	*ret = id;
	return true;
}

int64_t id_time(const struct id *id)
{
	uint64_t ms = 0;

	for (size_t i = 0; i < 6; i++)
		ms = ms << 8 | id->b[i];
	return (int64_t)ms * CLK_MILLISECOND;
}

void id_stamp(struct id *id, int64_t now)
{
	uint64_t ms = (uint64_t)now / CLK_MILLISECOND;

	for (size_t i = 6; i-- > 0; ms >>= 8)
		id->b[i] = (uint8_t)ms;
	id->b[6] = (uint8_t)(0x70 | (id->b[6] & 0x0f));
	id->b[8] = (uint8_t)(0x80 | (id->b[8] & 0x3f));
}

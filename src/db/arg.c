/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/arg.h"

#include <inttypes.h>
#include <string.h>

#include "base/clk.h"
#include "base/hex.h"
#include "base/mem.h"

struct db_arg db_null(void)
{
	return (struct db_arg){ 0 };
}

struct db_arg db_text(const char *s)
{
	return (struct db_arg){ .text = s };
}

struct db_arg db_int(int64_t n)
{
	struct db_arg a = { 0 };

	snprintf(a.scratch, sizeof(a.scratch), "%" PRId64, n);
	return a;
}

struct db_arg db_bool(bool b)
{
	return db_text(b ? "t" : "f");
}

struct db_arg db_id(const struct id *id)
{
	struct db_arg a = { 0 };

	if (id)
		id_to_uuid(id, a.scratch);
	return a;
}

struct db_arg db_time(int64_t t)
{
	struct db_arg a = { 0 };
	char *const   fraction = a.scratch + CLK_RFC3339_LEN - 1; /* in the place of Z */

	if (t) {
		clk_to_rfc3339(t, a.scratch);
		snprintf(fraction, sizeof(a.scratch) - CLK_RFC3339_LEN + 1, ".%06dZ", (int)(t % CLK_SECOND));
	}
	return a;
}

struct db_arg db_bytes(const void *p, size_t n)
{
	return (struct db_arg){ .bytes = p, .len = n };
}

const char *arg_value(const struct db_arg *a)
{
	if (a->text || a->bytes)
		return a->text ? a->text : a->bytes;
	return *a->scratch ? a->scratch : NULL;
}

static void start_element(struct buf *b)
{
	buf_addc(b, b->len ? ',' : '{');
}

void db_array_text(struct buf *b, const char *s)
{
	start_element(b);
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

void db_array_bytes(struct buf *b, const void *p, size_t n)
{
	auto_free char *hex = xcalloc(n + 1, 2);

	hex_encode(p, n, hex);
	start_element(b);
	buf_adds(b, "\"\\\\x");
	buf_adds(b, hex);
	buf_addc(b, '"');
}

void db_array_end(struct buf *b)
{
	buf_adds(b, b->len ? "}" : "{}");
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/der.h"

#include <string.h>

#define TAG_NUMBER_MASK 0x1f /* all ones: the tag goes on in further bytes (X.690 8.1.2.4) */
#define LENGTH_LONG     0x80
#define LENGTH_OCTETS   4

/*
 * X.690 10.1: the definite form with the fewest octets.  Returns how many octets it took,
 * 0 when it is anything else.
 */
static size_t read_length(const uint8_t *p, size_t avail, size_t *ret)
{
	size_t n, value = 0;

	if (avail == 0)
		return 0;
	if (p[0] < LENGTH_LONG) {
		*ret = p[0];
		return 1;
	}
	n = p[0] & 0x7fu;
	if (n == 0 || n > LENGTH_OCTETS || n >= avail || p[1] == 0)
		return 0;
	for (size_t i = 1; i <= n; i++)
		value = value << 8 | p[i];
	if (value < LENGTH_LONG)
		return 0;
	*ret = value;
	return n + 1;
}

/* Splits the next element into header and contents. */
static bool read_header(const struct der *in, size_t *ret_header, size_t *ret_content)
{
	size_t n, content;

	if (in->len < 2 || (in->p[0] & TAG_NUMBER_MASK) == TAG_NUMBER_MASK)
		return false;
	n = read_length(in->p + 1, in->len - 1, &content);
	if (n == 0 || content > in->len - 1 - n)
		return false;
	*ret_header = 1 + n;
	*ret_content = content;
	return true;
}

bool der_take(struct der *in, uint8_t tag, struct der *ret, struct der *ret_whole)
{
	size_t header, content;

	if (der_peek(in) != tag || !read_header(in, &header, &content))
		return false;
	if (ret_whole)
		*ret_whole = (struct der){ in->p, header + content };
	*ret = (struct der){ in->p + header, content };
	in->p += header + content;
	in->len -= header + content;
	return true;
}

int der_peek(const struct der *in)
{
	size_t header, content;

	return read_header(in, &header, &content) ? in->p[0] : -1;
}

bool der_equal(const struct der *a, const struct der *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

void der_out_init(struct der_out *out, void *memory, size_t size)
{
	out->start = memory;
	out->end = out->start + size;
	out->pos = out->end;
	out->failed = false;
}

void der_put_raw(struct der_out *out, const void *p, size_t len)
{
	if (out->failed || len > (size_t)(out->pos - out->start)) {
		out->failed = true;
		return;
	}
	if (len == 0)
		return;
	out->pos -= len;
	memcpy(out->pos, p, len);
}

static void put_byte(struct der_out *out, uint8_t byte)
{
	der_put_raw(out, &byte, 1);
}

void der_wrap(struct der_out *out, const uint8_t *mark, uint8_t tag)
{
	size_t  len = (size_t)(mark - out->pos);
	uint8_t n = 0;

	if (len < LENGTH_LONG) {
		put_byte(out, (uint8_t)len);
	} else {
		for (; len > 0; len >>= 8, n++)
			put_byte(out, len & 0xff);
		put_byte(out, LENGTH_LONG | n);
	}
	put_byte(out, tag);
}

void der_put(struct der_out *out, uint8_t tag, const void *p, size_t len)
{
	const uint8_t *mark = out->pos;

	der_put_raw(out, p, len);
	der_wrap(out, mark, tag);
}

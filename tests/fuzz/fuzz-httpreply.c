/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A response as libcurl hands it over, in pieces as the first byte says: what is kept is bounded; it is valid exactly if
 * it is the key authorization; nothing of the body is in the detail.
 */
#include "fuzz.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "validator/hop.h"
#include "validator/http-reply.h"

#define TOKEN    "evaGxfADs6pSRb2L"
#define EXPECTED TOKEN ".nP1qzpXGymHBrUEe"

/* Lines up to an empty one; returns where the body begins. */
static size_t feed_header(struct http_reply *r, const char *text, size_t len)
{
	size_t at = 0, line;

	while (at < len && !r->in_body) {
		const char *end = memchr(text + at, '\n', len - at);

		line = end ? (size_t)(end - text) - at + 1 : len - at;
		if (!http_reply_header(r, text + at, line))
			return len;
		at += line;
		if (line <= 2)
			break;
	}
	return at;
}

static void feed_body(struct http_reply *r, const char *text, size_t len, size_t piece)
{
	for (size_t at = 0; at < len; at += piece)
		if (!http_reply_body(r, text + at, len - at < piece ? len - at : piece))
			break;
}

static bool is_expected(const struct http_reply *r)
{
	size_t len = strlen(EXPECTED);

	if (r->body_cut || r->body.len < len || memcmp(buf_str(&r->body), EXPECTED, len) != 0)
		return false;
	for (; len < r->body.len; len++)
		if (!memchr(" \t\r\n\v\f", r->body.data[len], 6))
			return false;
	return true;
}

static void make_unreadable(struct http_reply *r)
{
	for (size_t i = 0; i < r->body.len; i++)
		if (isalnum((unsigned char)r->body.data[i]))
			r->body.data[i] = 'x';
}

static void check(struct http_reply *r)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT, again = PROBLEM_INIT;
	int                                verdict = http_reply_judge(r, EXPECTED, &p);

	HOLDS((verdict == 0) == (r->status >= 200 && r->status <= 299 && is_expected(r)));
	HOLDS((verdict == 0) == (p.code == PROB_NONE));
	HOLDS(p.code == PROB_NONE || p.code == PROB_UNAUTHORIZED || p.code == PROB_INCORRECT_RESPONSE);
	if (memmem(buf_str(&r->body), r->body.len, TOKEN, strlen(TOKEN)))
		return;
	make_unreadable(r);
	HOLDS(http_reply_judge(r, EXPECTED, &again) == verdict && strcmp(p.detail, again.detail) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_clear(http_reply) struct http_reply r;
	size_t                                   at;

	http_reply_init(&r);
	if (size < 2)
		return 0;
	r.status = 100 + data[1] * 2;
	at = 2 + feed_header(&r, (const char *)data + 2, size - 2);
	feed_body(&r, (const char *)data + at, size - at, data[0] + 1u);
	HOLDS(r.header_len <= HTTP_HEADER_MAX && r.location.len <= HOP_URL_MAX + 1 && r.body.len <= HTTP_BODY_MAX);
	HOLDS(!r.location.len || strlen(r.location.data) == r.location.len);
	HOLDS(!r.body_cut || r.body.len == HTTP_BODY_MAX);
	check(&r);
	return 0;
}

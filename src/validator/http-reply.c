/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/http-reply.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "validator/hop.h"

/* --- from the wire */

void http_reply_init(struct http_reply *r)
{
	*r = (struct http_reply){
		/* One byte that hop_redirect() finds to be too much. */
		.location = BUF_INIT(HOP_URL_MAX + 1),
		.body = BUF_INIT(HTTP_BODY_MAX),
	};
}

static void forget_location(struct http_reply *r)
{
	buf_clear(&r->location);
	r->location = BUF_INIT(HOP_URL_MAX + 1);
}

void http_reply_clear(struct http_reply *r)
{
	buf_clear(&r->location);
	buf_clear(&r->body);
}

static void take_location(struct http_reply *r, const char *line, size_t len)
{
	static const char name[] = "location:";
	size_t            at = sizeof(name) - 1;

	if (len < at || strncasecmp(line, name, at) != 0)
		return;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	while (len > at && memchr("\r\n\t ", line[len - 1], 4))
		len--;
	forget_location(r);
	/* A NUL would hide the rest. */
	if (!memchr(line + at, '\0', len - at))
		buf_add(&r->location, line + at, len - at > HOP_URL_MAX + 1 ? HOP_URL_MAX + 1 : len - at);
}

bool http_reply_header(struct http_reply *r, const char *line, size_t len)
{
	static const char version[] = "HTTP/";

	if (len > HTTP_HEADER_MAX - r->header_len)
		return false;
	r->header_len += len;
	/* A trailer of a chunked body is no header (RFC 9110 6.5). */
	if (r->in_body)
		return true;
	/* The final response after an interim one (RFC 9110 15.2). */
	if (len >= sizeof(version) && memcmp(line, version, sizeof(version) - 1) == 0)
		forget_location(r);
	take_location(r, line, len);
	return true;
}

bool http_reply_body(struct http_reply *r, const char *data, size_t len)
{
	size_t room = HTTP_BODY_MAX - r->body.len;

	r->in_body = true;
	if (len > room)
		r->body_cut = true;
	buf_add(&r->body, data, len > room ? room : len);
	return !r->body_cut;
}

/* --- what it proves */

bool http_reply_is_redirect(const struct http_reply *r)
{
	/* 300 and 303 to 306 do not say that the resource is there (conformance A222, Q31). */
	return r->status == 301 || r->status == 302 || r->status == 307 || r->status == 308;
}

struct body {
	const char *text;
	size_t      len; /* without trailing white space (RFC 8555 8.3) */
	const char *expected;
	size_t      expected_len;
};

static bool is_space(char c)
{
	return c != '\0' && strchr(" \t\r\n\v\f", c);
}

static bool is_empty(const struct body *b)
{
	return b->len == 0;
}

static bool has_more(const struct body *b)
{
	return memmem(b->text, b->len, b->expected, b->expected_len) != NULL;
}

static size_t token_len(const struct body *b)
{
	return strcspn(b->expected, ".");
}

static bool begins_with_token(const struct body *b)
{
	return b->len >= token_len(b) && memcmp(b->text, b->expected, token_len(b)) == 0;
}

static bool is_token_alone(const struct body *b)
{
	return begins_with_token(b) && b->len == token_len(b);
}

static bool is_of_other_key(const struct body *b)
{
	return begins_with_token(b) && b->text[token_len(b)] == '.';
}

static bool is_web_page(const struct body *b)
{
	size_t at = 0;

	while (at < b->len && is_space(b->text[at]))
		at++;
	return at < b->len && b->text[at] == '<';
}

static bool is_anything(const struct body *b UNUSED)
{
	return true;
}

/* clang-format off */
/* The first that holds is what the applicant is told. */
static const struct {
	bool (*holds)(const struct body *b);
	const char *what;
} kinds[] = {
	{ is_empty,        "is empty" },
	{ has_more,        "has other bytes before or after the key authorization" },
	{ is_token_alone,  "is the token without the thumbprint of the account key" },
	{ is_of_other_key, "is the token with the thumbprint of some other account key" },
	{ is_web_page,     "looks like a web page" },
	{ is_anything,     "is something else" },
};
/* clang-format on */

static const char *kind_of(const struct body *b)
{
	size_t i = 0;

	while (!kinds[i].holds(b))
		i++;
	return kinds[i].what;
}

static size_t without_trailing_space(const char *text, size_t len)
{
	while (len > 0 && is_space(text[len - 1]))
		len--;
	return len;
}

int http_reply_judge(const struct http_reply *r, const char *key_authorization, struct problem *p)
{
	struct body b = {
		.text = buf_str(&r->body),
		.len = without_trailing_space(buf_str(&r->body), r->body.len),
		.expected = key_authorization,
		.expected_len = strlen(key_authorization),
	};

	if (r->status < 200 || r->status > 299)
		return problem_set(p, PROB_UNAUTHORIZED, "status is %ld, expected 200 to 299", r->status);
	if (!r->body_cut && b.len == b.expected_len && memcmp(b.text, b.expected, b.len) == 0)
		return 0;
	return problem_set(p, PROB_INCORRECT_RESPONSE,
	                   "body of %s%zu bytes %s, expected the key authorization of %zu bytes",
	                   r->body_cut ? "more than " : "", r->body.len, kind_of(&b), b.expected_len);
}

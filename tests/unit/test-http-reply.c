/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "validator/http-reply.h"

#define EXPECTED "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"
#define TOKEN    "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"

static bool header(struct http_reply *r, const char *line)
{
	return http_reply_header(r, line, strlen(line));
}

/* Judges a body that comes in pieces of a few bytes. */
static int judge(long status, const char *body, size_t len, struct problem *p)
{
	auto_clear(http_reply) struct http_reply r;
	bool                                     wanted = true;

	http_reply_init(&r);
	r.status = status;
	for (size_t at = 0; wanted && at < len; at += 7)
		wanted = http_reply_body(&r, body + at, len - at < 7 ? len - at : 7);
	return http_reply_judge(&r, EXPECTED, p);
}

static const struct {
	const char *body, *says; /* says is NULL: valid */
} bodies[] = {
	{ EXPECTED, NULL },
	{ EXPECTED "\n", NULL },
	{ EXPECTED " \t\r\n\v\f", NULL },
	{ "", "body of 0 bytes is empty" },
	{ " \r\n", "body of 3 bytes is empty" },
	{ " " EXPECTED, "other bytes before or after" },
	{ "\xef\xbb\xbf" EXPECTED, "other bytes before or after" },
	{ EXPECTED "x", "other bytes before or after" },
	{ "<p>" EXPECTED "</p>", "other bytes before or after" },
	{ TOKEN, "without the thumbprint" },
	{ TOKEN "\n", "without the thumbprint" },
	{ TOKEN ".", "some other account key" },
	{ TOKEN ".JgqOpMDwRQLCM9qTFG4tMs8xOAQoH8TYdzgXJcT1MkM", "some other account key" },
	{ " <!doctype html>secret", "looks like a web page" },
	{ "secret", "something else" },
	{ TOKEN "secret", "something else" },
};

/* RFC 8555 8.3, conformance A221, A223, A226 */
static void test_bodies(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		int                                r = judge(200, bodies[i].body, strlen(bodies[i].body), &p);

		assert_int_equal(r, bodies[i].says ? -PROB_INCORRECT_RESPONSE : 0);
		if (bodies[i].says && !strstr(p.detail, bodies[i].says))
			fail_msg("%s: %s", bodies[i].body, p.detail);
		assert_null(strstr(p.detail, "secret"));
	}
}

static void test_nul_is_no_end(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	assert_int_equal(judge(200, EXPECTED "\0", sizeof(EXPECTED), &p), -PROB_INCORRECT_RESPONSE);
}

static void test_statuses(void **state UNUSED)
{
	static const long good[] = { 200, 201, 203, 299 }, bad[] = { 0, 100, 199, 300, 301, 303, 404, 503 };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		assert_int_equal(judge(good[i], EXPECTED, strlen(EXPECTED), &p), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		assert_int_equal(judge(bad[i], EXPECTED, strlen(EXPECTED), &p), -PROB_UNAUTHORIZED);
	}
}

static void test_redirects(void **state UNUSED)
{
	for (long status = 200; status < 600; status++) {
		struct http_reply r = { .status = status };

		assert_int_equal(http_reply_is_redirect(&r),
		                 status == 301 || status == 302 || status == 307 || status == 308);
	}
}

static void test_body_is_bounded(void **state UNUSED)
{
	auto_free char *text = xcalloc(HTTP_BODY_MAX + 1, 1);

	memset(text, ' ', HTTP_BODY_MAX + 1);
	memcpy(text, EXPECTED, strlen(EXPECTED));
	for (size_t len = HTTP_BODY_MAX; len <= HTTP_BODY_MAX + 1; len++) {
		auto_clear(problem) struct problem       p = PROBLEM_INIT;
		auto_clear(http_reply) struct http_reply r;

		http_reply_init(&r);
		r.status = 200;
		assert_int_equal(http_reply_body(&r, text, len), len == HTTP_BODY_MAX);
		assert_int_equal(r.body.len, HTTP_BODY_MAX);
		assert_int_equal(http_reply_judge(&r, EXPECTED, &p),
		                 len == HTTP_BODY_MAX ? 0 : -PROB_INCORRECT_RESPONSE);
	}
}

static const struct {
	const char *lines[6];
	const char *location;
} headers[] = {
	{ { "HTTP/1.1 302 Found\r\n", "Location: /x\r\n", "\r\n" }, "/x" },
	{ { "HTTP/1.1 302 Found\r\n", "LOCATION:/x\r\n" }, "/x" },
	{ { "HTTP/1.1 302 Found\r\n", "location: \t /x \t\r\n" }, "/x" },
	{ { "HTTP/1.1 302 Found\r\n", "Location: /x\r\n", "Location: /y\r\n" }, "/y" },
	{ { "HTTP/1.1 103 Early Hints\r\n", "Location: /x\r\n", "\r\n", "HTTP/1.1 200 OK\r\n" }, "" },
	{ { "HTTP/1.1 302 Found\r\n", "Location: \r\n" }, "" },
	{ { "HTTP/1.1 302 Found\r\n", "Location\r\n" }, "" },
	{ { "HTTP/1.1 302 Found\r\n", "X-Location: /x\r\n", "Content-Location: /x\r\n" }, "" },
};

static void test_location(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		auto_clear(http_reply) struct http_reply r;

		http_reply_init(&r);
		for (const char *const *line = headers[i].lines; *line; line++)
			assert_true(header(&r, *line));
		assert_string_equal(buf_str(&r.location), headers[i].location);
	}
}

static void test_location_with_nul_is_none(void **state UNUSED)
{
	auto_clear(http_reply) struct http_reply r;

	http_reply_init(&r);
	assert_true(http_reply_header(&r, "Location: /x\0y\r\n", 16));
	assert_int_equal(r.location.len, 0);
}

/* RFC 9110 6.5 */
static void test_trailer_is_no_header(void **state UNUSED)
{
	auto_clear(http_reply) struct http_reply r;

	http_reply_init(&r);
	assert_true(header(&r, "HTTP/1.1 302 Found\r\n") && http_reply_body(&r, "x", 1));
	assert_true(header(&r, "Location: /x\r\n"));
	assert_int_equal(r.location.len, 0);
}

static void test_header_is_bounded(void **state UNUSED)
{
	auto_clear(http_reply) struct http_reply r;
	size_t                                   n = 0;

	http_reply_init(&r);
	while (header(&r, "X: 12345\r\n"))
		n++;
	assert_int_equal(n, HTTP_HEADER_MAX / 10);
	assert_false(http_reply_header(&r, "", SIZE_MAX));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_nul_is_no_end),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_body_is_bounded),
		cmocka_unit_test(test_location),
		cmocka_unit_test(test_location_with_nul_is_none),
		cmocka_unit_test(test_trailer_is_no_header),
		cmocka_unit_test(test_header_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "responder/req.h"

#define ENV(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* req_parse() on copies, as libfcgi hands them out. */
static int parse(const char *const *texts, struct request *ret, enum prob_code *ret_code, char *env[16])
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	size_t                             n = 0;
	int                                r;

	for (; texts[n]; n++)
		env[n] = xstrdup(texts[n]);
	env[n] = NULL;
	r = req_parse(env, "/acme", ret, &p);
	*ret_code = p.code;
	return r;
}

static void release(char **env)
{
	for (; *env; env++)
		free(*env);
}

static void test_fields(void **state UNUSED)
{
	char          *env[16];
	struct request req;
	enum prob_code code;

	assert_int_equal(parse(ENV("REQUEST_METHOD=POST", "REQUEST_URI=/acme/order/x?a=b", "CONTENT_LENGTH=12",
	                           "CONTENT_TYPE=Application/JOSE+json; charset=utf-8", "CHERT_WEB_SERVER=mod_fcgid"),
	                       &req, &code, env),
	                 0);
	assert_int_equal(req.method, REQ_POST);
	assert_string_equal(req.path, "/order/x");
	assert_string_equal(req.target, "/order/x?a=b");
	assert_int_equal(req.content_length, 12);
	assert_true(req_has_type(&req, "application/jose+json"));
	assert_true(req.for_mod_fcgid);
	assert_string_equal(req.origin, "");
	assert_int_equal(strlen(req.id), REQ_ID_LEN);
	release(env);
}

static void test_failures(void **state UNUSED)
{
	static const struct {
		const char    *uri, *length;
		enum prob_code code;
	} cases[] = {
		{ "REQUEST_URI=/other/directory", "CONTENT_LENGTH=", PROB_NOT_FOUND },
		{ "REQUEST_URI=", "CONTENT_LENGTH=", PROB_NOT_FOUND },
		{ "REQUEST_URI=/acme/x", "CONTENT_LENGTH=1x", PROB_MALFORMED },
		{ "REQUEST_URI=/acme/x", "CONTENT_LENGTH=-1", PROB_MALFORMED },
		{ "REQUEST_URI=/acme/x", "CONTENT_LENGTH=99999999999999999999", PROB_MALFORMED },
		{ "REQUEST_URI=/acme/x", "CONTENT_LENGTH=", PROB_NONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char          *env[16];
		struct request req;
		enum prob_code code;
		int            r = parse(ENV(cases[i].uri, cases[i].length), &req, &code, env);

		assert_int_equal(r, -(int)cases[i].code);
		assert_int_equal(code, cases[i].code);
		release(env);
	}
}

static void test_long_path(void **state UNUSED)
{
	char           uri[REQ_PATH_MAX + 32] = "REQUEST_URI=/acme";
	size_t         start = strlen(uri);
	char          *env[16];
	struct request req;
	enum prob_code code;

	memset(uri + start, 'a', REQ_PATH_MAX);
	assert_int_equal(parse(ENV(uri), &req, &code, env), 0);
	assert_int_equal(strlen(req.path), REQ_PATH_MAX);
	release(env);
	uri[start + REQ_PATH_MAX] = 'a';
	assert_int_equal(parse(ENV(uri), &req, &code, env), -PROB_NOT_FOUND);
	release(env);
}

static void test_types(void **state UNUSED)
{
	static const struct {
		const char *type;
		bool        good;
	} cases[] = {
		{ "application/jose+json", true },    { "APPLICATION/jose+json;x", true },
		{ "application/jose+json ;x", true }, { "application/jose+jsonx", false },
		{ "application/jose", false },        { "", false },
		{ " application/jose+json", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct request req = { .content_type = cases[i].type };

		assert_int_equal(req_has_type(&req, "application/jose+json"), cases[i].good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests_name("req", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/req.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/b64u.h"
#include "pki/gnutls.h"

/* clang-format off */
static const struct method {
	const char     *text;
	enum req_method method;
} methods[] = {
	{ "GET",     REQ_GET },
	{ "HEAD",    REQ_HEAD },
	{ "POST",    REQ_POST },
	{ "OPTIONS", REQ_OPTIONS },
};
/* clang-format on */

static const char *param(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return "";
}

static enum req_method parse_method(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(text, methods[i].text) == 0)
			return methods[i].method;
	return REQ_OTHER;
}

void req_add_methods(unsigned set, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (set & methods[i].method)
			buf_addf(out, "%s%s", out->len ? ", " : "", methods[i].text);
}

/* nginx passes an empty CONTENT_LENGTH where there is no body. */
static int parse_length(const char *text, size_t *ret, struct problem *p)
{
	size_t n = 0;

	for (; *text; text++) {
		if (!isdigit((unsigned char)*text) || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (size_t)(*text - '0'), &n))
			return problem_set(p, PROB_MALFORMED, "Content-Length is not a number of bytes");
	}
	*ret = n;
	return 0;
}

/*
 * REQUEST_URI is the one parameter that all web servers pass as the client sent it; SCRIPT_NAME and PATH_INFO are
 * decoded, and divided differently by each.
 */
static int parse_target(const char *uri, const char *base_path, struct request *ret, struct problem *p)
{
	size_t prefix = strlen(base_path), len;

	if (strncmp(uri, base_path, prefix) != 0)
		return problem_set(p, PROB_NOT_FOUND, "no such resource");
	len = strcspn(uri + prefix, "?");
	if (len > REQ_PATH_MAX)
		return problem_set(p, PROB_NOT_FOUND, "no such resource");
	ret->target = uri + prefix;
	memcpy(ret->path, ret->target, len);
	return 0;
}

static void make_id(char out[REQ_ID_LEN + 1])
{
	unsigned char random[REQ_ID_LEN * 3 / 4];

	if (gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)) < 0)
		memset(random, 0, sizeof(random)); /* a request id need not be unique */
	b64u_encode(random, sizeof(random), out);
}

int req_parse(char *const *env, const char *base_path, struct request *ret, struct problem *p)
{
	int r;

	*ret = (struct request){
		.method_text = param(env, "REQUEST_METHOD"),
		.target = "",
		.content_type = param(env, "CONTENT_TYPE"),
		.accept = param(env, "HTTP_ACCEPT"),
		.origin = param(env, "HTTP_ORIGIN"),
		.user_agent = param(env, "HTTP_USER_AGENT"),
		.remote_addr = param(env, "REMOTE_ADDR"),
		.for_mod_fcgid = strcmp(param(env, "CHERT_WEB_SERVER"), "mod_fcgid") == 0,
	};
	ret->method = parse_method(ret->method_text);
	make_id(ret->id);
	r = parse_target(param(env, "REQUEST_URI"), base_path, ret, p);
	if (r < 0)
		return r;
	return parse_length(param(env, "CONTENT_LENGTH"), &ret->content_length, p);
}

void req_clear(struct request *req)
{
	free(req->body);
	req->body = NULL;
}

bool req_has_type(const struct request *req, const char *wanted)
{
	size_t len = strlen(wanted);

	if (strncasecmp(req->content_type, wanted, len) != 0)
		return false;
	return strchr("; \t", req->content_type[len]) != NULL; /* matches the end of the text too */
}

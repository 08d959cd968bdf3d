/* SPDX-License-Identifier: BSD-2-Clause */
/* FastCGI parameters, separated by NUL: whatever a web server passes on is refused or becomes fields within their bounds. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "responder/req.h"
#include "responder/route.h"

#define PARAMS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_clear(req) struct request     req = { 0 };
	auto_free char                    *text = xcalloc(size + 1, 1);
	char                              *env[PARAMS_MAX + 1] = { NULL };
	struct route_args                  args = { 0 };
	size_t                             n = 0;
	int                                r;

	if (size)
		memcpy(text, data, size);
	for (char *at = text; at <= text + size && n < PARAMS_MAX; at += strlen(at) + 1)
		env[n++] = at;
	r = req_parse(env, "/acme", &req, &p);
	HOLDS(r == -(int)p.code);
	HOLDS(strlen(req.path) <= REQ_PATH_MAX);
	HOLDS(r < 0 || strncmp(req.target, req.path, strlen(req.path)) == 0);
	HOLDS(strlen(req.id) == REQ_ID_LEN);
	HOLDS(!req_has_type(&req, "application/jose+json") || strlen(req.content_type) >= 21);
	if (rt_find(req.path, &args))
		HOLDS(req.path[0] == '/' && strlen(args.word) < sizeof(args.word));
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/problem-json.h"

#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "pki/jws.h"

static struct json_object *new_document(enum prob_code code, const char *detail)
{
	struct json_object *object = js_new_object();

	js_add_text(object, "type", problem_urn(code));
	js_add_text(object, "detail", detail);
	return object;
}

/* RFC 8555 6.7.1 */
static struct json_object *new_subproblems(const struct problem *p)
{
	struct json_object *subs = js_new_array();

	for (size_t i = 0; i < p->n_subs; i++) {
		const struct subproblem *sub = &p->subs[i];
		struct json_object      *object = new_document(sub->code, sub->detail);
		struct json_object      *identifier = js_new_object();

		js_add_text(identifier, "type", sub->ident_type);
		js_add_text(identifier, "value", sub->ident_value);
		js_add(object, "identifier", identifier);
		js_append(subs, object);
	}
	return subs;
}

/* RFC 8555 6.2: the algorithms that would have been accepted. */
static struct json_object *new_algorithms(void)
{
	struct json_object *names = js_new_array();

	for (const char *const *name = jws_algorithms(); *name; name++)
		js_append_text(names, *name);
	return names;
}

static struct json_object *to_wire(const struct problem *p, const char *detail)
{
	struct json_object *object = new_document(p->code, detail);

	js_add_int(object, "status", problem_http(p));
	if (p->code == PROB_BAD_SIGNATURE_ALGORITHM)
		js_add(object, "algorithms", new_algorithms());
	if (p->n_subs)
		js_add(object, "subproblems", new_subproblems(p));
	return object;
}

/* The same for all that is our own fault: what lies behind it is for the log. */
static char *own_fault(enum prob_code code, const char *request_id)
{
	const char *what = code == PROB_UNAVAILABLE ? "the server is temporarily unavailable"
	                                            : "the server failed to process the request";

	return request_id ? xasprintf("%s (request %s)", what, request_id) : xstrdup(what);
}

struct json_object *problem_to_wire(const struct problem *p, const char *request_id)
{
	auto_free char *fault = NULL;

	if (strcmp(problem_urn(p->code), problem_urn(PROB_INTERNAL)) == 0)
		fault = own_fault(p->code, request_id);
	return to_wire(p, fault ? fault : p->detail);
}

struct json_object *problem_stored_to_wire(const char *text)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	if (!text)
		return NULL;
	/* A text that cannot be read shows as an internal error, which is what it is. */
	if (problem_from_text(text, &p) == -PROB_INTERNAL && *p.cause)
		return problem_to_wire(&p, NULL);
	return to_wire(&p, p.detail);
}

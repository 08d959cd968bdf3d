/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/problem-text.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"

/* PROBLEM_SUBS_MAX subproblems with details of full length fit. */
static const struct js_limits limits = { .max_bytes = 256 * 1024, .max_depth = 8, .max_members = 1000 };

struct document {
	const char         *type, *detail;
	int64_t             retry_after;
	struct json_object *subproblems, *identifier;
};

static const struct js_field document_fields[] = {
	JS_STRING(struct document, type, "type", JS_REQUIRED, 64),
	JS_STRING(struct document, detail, "detail", JS_REQUIRED, 4096),
	JS_INT(struct document, retry_after, "retryAfter", JS_OPTIONAL, INT_MAX),
	JS_ARRAY(struct document, subproblems, "subproblems", JS_OPTIONAL, PROBLEM_SUBS_MAX),
	JS_OBJECT(struct document, identifier, "identifier", JS_OPTIONAL),
	JS_END,
};

struct identifier {
	const char *type, *value;
};

static const struct js_field identifier_fields[] = {
	JS_STRING(struct identifier, type, "type", JS_REQUIRED, 64),
	JS_STRING(struct identifier, value, "value", JS_REQUIRED, 255),
	JS_END,
};

static struct json_object *new_object(enum prob_code code, const char *detail)
{
	struct json_object *object = js_new_object();

	js_add_text(object, "type", problem_name(code));
	js_add_text(object, "detail", detail);
	return object;
}

static struct json_object *new_subproblem(const struct subproblem *sub)
{
	struct json_object *object = new_object(sub->code, sub->detail);
	struct json_object *identifier = js_new_object();

	js_add_text(identifier, "type", sub->ident_type);
	js_add_text(identifier, "value", sub->ident_value);
	js_add(object, "identifier", identifier);
	return object;
}

char *problem_to_text(const struct problem *p)
{
	auto_(json) struct json_object *object = new_object(p->code, p->detail);
	struct json_object             *subs;
	size_t                          len;

	if (p->retry_after)
		js_add_int(object, "retryAfter", p->retry_after);
	if (p->n_subs) {
		subs = js_new_array();
		for (size_t i = 0; i < p->n_subs; i++)
			js_append(subs, new_subproblem(&p->subs[i]));
		js_add(object, "subproblems", subs);
	}
	return xstrdup(js_text(object, &len));
}

static int bind_document(struct json_object *object, struct document *ret, enum prob_code *ret_code, struct problem *p)
{
	int r = js_bind(object, document_fields, ret, p);

	if (r < 0)
		return r;
	*ret_code = problem_by_name(ret->type);
	if (*ret_code == PROB_NONE)
		return problem_set(p, PROB_MALFORMED, "unknown problem type %s", ret->type);
	return 0;
}

static int add_subproblem(struct json_object *object, struct problem *ret, struct problem *p)
{
	struct identifier ident;
	struct document   doc;
	enum prob_code    code;
	int               r;

	if (!json_object_is_type(object, json_type_object))
		return problem_set(p, PROB_MALFORMED, "a subproblem is not an object");
	r = bind_document(object, &doc, &code, p);
	if (r < 0)
		return r;
	if (!doc.identifier)
		return problem_set(p, PROB_MALFORMED, "a subproblem has no identifier");
	r = js_bind(doc.identifier, identifier_fields, &ident, p);
	if (r < 0)
		return r;
	problem_set(ret, code, "%s", doc.detail);
	problem_sub(ret, ident.type, ident.value);
	return 0;
}

static int parse(const char *text, struct problem *ret, struct problem *p)
{
	auto_(json) struct json_object *object = NULL;
	struct document                 doc;
	enum prob_code                  code = PROB_NONE;
	int                             r = js_parse(text, strlen(text), &limits, &object, p);

	if (r == 0)
		r = bind_document(object, &doc, &code, p);
	if (r < 0)
		return r;
	for (size_t i = 0; doc.subproblems && i < json_object_array_length(doc.subproblems); i++) {
		r = add_subproblem(json_object_array_get_idx(doc.subproblems, i), ret, p);
		if (r < 0)
			return r;
	}
	ret->retry_after = (unsigned)doc.retry_after;
	return problem_set(ret, code, "%s", doc.detail);
}

int problem_from_text(const char *text, struct problem *p)
{
	auto_clear(problem) struct problem wrong = PROBLEM_INIT;

	parse(text, p, &wrong);
	if (!wrong.code)
		return -(int)p->code;
	problem_clear(p);
	problem_set(p, PROB_INTERNAL, "the database returned a problem that cannot be read");
	return problem_cause(p, "%s", wrong.detail);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* From text to structs. */
#include "json/js.h"

#include <limits.h>
#include <string.h>

#include "base/clk.h"
#include "base/mem.h"

DEFINE_FREEP(tokener, struct json_tokener *, json_tokener_free);

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int js_parse(const char *text, size_t len, const struct js_limits *limits, struct json_object **ret, struct problem *p)
{
	const int                           flags = JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8;
	auto_(tokener) struct json_tokener *tok = NULL;
	auto_(json) struct json_object     *object = NULL;
	int                                 r;

	r = js_scan(text, len, limits, p);
	if (r < 0)
		return r;
	for (; len > 0 && is_blank(*text); text++)
		len--;
	/* json-c takes trailing blanks for trailing garbage. */
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	if (len == 0 || len > INT_MAX || *text != '{')
		return problem_set(p, PROB_MALFORMED, "JSON is not an object");
	/* Scalars count as a level, and json-c needs one in reserve. */
	tok = oom_check(json_tokener_new_ex((int)limits->max_depth + 2));
	json_tokener_set_flags(tok, flags);
	object = json_tokener_parse_ex(tok, text, (int)len);
	if (!object || json_tokener_get_parse_end(tok) != len)
		return problem_set(p, PROB_MALFORMED, "JSON cannot be read: %s",
		                   json_tokener_error_desc(json_tokener_get_error(tok)));
	*ret = steal(object);
	return 0;
}

/* --- one member into one field; dst points at the struct's member */

static int bind_string(struct json_object *value, const struct js_field *f, void *dst, struct problem *p)
{
	const size_t len = (size_t)json_object_get_string_len(value);

	if (len > f->max)
		return problem_set(p, PROB_MALFORMED, "%s has %zu bytes, permitted are %zu", f->name, len, f->max);
	*(const char **)dst = json_object_get_string(value);
	return 0;
}

static int bind_bool(struct json_object *value, const struct js_field *f UNUSED, void *dst, struct problem *p UNUSED)
{
	*(bool *)dst = json_object_get_boolean(value);
	return 0;
}

static int bind_int(struct json_object *value, const struct js_field *f, void *dst, struct problem *p)
{
	const int64_t n = json_object_get_int64(value);

	if (n < 0 || (uint64_t)n > f->max)
		return problem_set(p, PROB_MALFORMED, "%s is %lld, permitted are 0 to %zu", f->name, (long long)n,
		                   f->max);
	*(int64_t *)dst = n;
	return 0;
}

static int bind_time(struct json_object *value, const struct js_field *f, void *dst, struct problem *p)
{
	const size_t len = (size_t)json_object_get_string_len(value);

	if (len > f->max || !clk_from_rfc3339(json_object_get_string(value), len, dst))
		return problem_set(p, PROB_MALFORMED, "%s is not an RFC 3339 time such as 2026-11-21T20:49:17Z",
		                   f->name);
	return 0;
}

static int bind_array(struct json_object *value, const struct js_field *f, void *dst, struct problem *p)
{
	const size_t n = json_object_array_length(value);

	if (n > f->max)
		return problem_set(p, PROB_MALFORMED, "%s has %zu elements, permitted are %zu", f->name, n, f->max);
	*(struct json_object **)dst = value;
	return 0;
}

static int bind_object(struct json_object *value, const struct js_field *f UNUSED, void *dst, struct problem *p UNUSED)
{
	*(struct json_object **)dst = value;
	return 0;
}

static const struct {
	enum json_type type;
	const char    *name;
	size_t         size;
	int (*bind)(struct json_object *, const struct js_field *, void *, struct problem *);
} binders[] = {
	[JS_T_STRING] = { json_type_string, "a string", sizeof(const char *), bind_string },
	[JS_T_BOOL] = { json_type_boolean, "a boolean", sizeof(bool), bind_bool },
	[JS_T_INT] = { json_type_int, "an integer", sizeof(int64_t), bind_int },
	[JS_T_TIME] = { json_type_string, "a string with a time", sizeof(int64_t), bind_time },
	[JS_T_OBJECT] = { json_type_object, "an object", sizeof(struct json_object *), bind_object },
	[JS_T_ARRAY] = { json_type_array, "an array", sizeof(struct json_object *), bind_array },
};

static int bind_field(struct json_object *object, const struct js_field *f, char *base, struct problem *p)
{
	struct json_object *value = NULL;

	memset(base + f->offset, 0, binders[f->type].size);
	if (f->present_offset)
		*(bool *)(base + f->present_offset) = false;
	/* A null counts as absent (conformance A112). */
	if (!json_object_object_get_ex(object, f->name, &value) || !value) {
		if (f->presence == JS_REQUIRED)
			return problem_set(p, PROB_MALFORMED, "%s is missing", f->name);
		return 0;
	}
	if (json_object_get_type(value) != binders[f->type].type)
		return problem_set(p, PROB_MALFORMED, "%s is of type %s, expected %s", f->name,
		                   json_type_to_name(json_object_get_type(value)), binders[f->type].name);
	if (f->present_offset)
		*(bool *)(base + f->present_offset) = true;
	return binders[f->type].bind(value, f, base + f->offset, p);
}

int js_bind(struct json_object *object, const struct js_field *fields, void *dst, struct problem *p)
{
	for (; fields->name; fields++) {
		int r = bind_field(object, fields, dst, p);

		if (r < 0)
			return r;
	}
	return 0;
}

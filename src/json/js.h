/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON in: a strict scan of the raw text (json-c 0.16 alone is too lenient for JOSE), then json-c, then
 * objects are bound to structs by field tables.  Unknown members are ignored (RFC 8555 7.3).
 */
#ifndef CHERT_JSON_JS_H
#define CHERT_JSON_JS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/problem.h"

DEFINE_FREEP(json, struct json_object *, json_object_put);

struct js_limits {
	size_t   max_bytes;
	unsigned max_depth;   /* nested objects and arrays */
	unsigned max_members; /* of one object or array */
};

/*
 * RFC 8259 grammar, UTF-8 without surrogates, no U+0000 escaped or raw, no lone escaped surrogates, unique member
 * names in each object (compared after unescaping), integers within int64, the limits.  PROB_MALFORMED tells what
 * is wrong and at which byte.
 */
int js_scan(const char *text, size_t len, const struct js_limits *limits, struct problem *p) NONNULL(1, 3, 4)
	CHECK_RESULT;

/* js_scan, then json-c; the top must be an object.  *ret: json_object_put(). */
int js_parse(const char *text, size_t len, const struct js_limits *limits, struct json_object **ret, struct problem *p)
	NONNULL(1, 3, 4, 5) CHECK_RESULT;

enum js_type { JS_T_STRING, JS_T_BOOL, JS_T_INT, JS_T_TIME, JS_T_OBJECT, JS_T_ARRAY };
enum js_presence { JS_OPTIONAL, JS_REQUIRED };

struct js_field {
	const char      *name; /* NULL ends a table */
	enum js_type     type;
	enum js_presence presence;
	size_t           offset;
	size_t           max;            /* string: bytes; array: elements; int: value */
	size_t           present_offset; /* of a bool that tells whether the member was there; 0: none */
};

/*
 * Rows.  The member of the struct must be: STRING const char * (borrowed from the object; NULL when absent),
 * BOOL bool, INT int64_t (0 to max), TIME int64_t microseconds from RFC 3339 text (0 when absent),
 * OBJECT and ARRAY struct json_object * (borrowed; NULL when absent).  The wrong type does not compile.
 */
/* clang-format off */
#define JS_CHECK_(s, m, t) (offsetof(s, m) + 0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((s *)0)->m), t) ? 1 : -1]))
#define JS_STRING(s, m, key, presence_, max_) { key, JS_T_STRING, presence_, JS_CHECK_(s, m, const char *), max_, 0 }
#define JS_BOOL(s, m, key, presence_)         { key, JS_T_BOOL, presence_, JS_CHECK_(s, m, bool), 0, 0 }
#define JS_INT(s, m, key, presence_, max_)    { key, JS_T_INT, presence_, JS_CHECK_(s, m, int64_t), max_, 0 }
#define JS_INT_HAS(s, m, key, max_, has)      { key, JS_T_INT, JS_OPTIONAL, JS_CHECK_(s, m, int64_t), max_, JS_CHECK_(s, has, bool) }
#define JS_TIME(s, m, key, presence_)         { key, JS_T_TIME, presence_, JS_CHECK_(s, m, int64_t), 64, 0 }
#define JS_OBJECT(s, m, key, presence_)       { key, JS_T_OBJECT, presence_, JS_CHECK_(s, m, struct json_object *), 0, 0 }
#define JS_ARRAY(s, m, key, presence_, max_)  { key, JS_T_ARRAY, presence_, JS_CHECK_(s, m, struct json_object *), max_, 0 }
#define JS_END                                { NULL, 0, 0, 0, 0, 0 }
/* clang-format on */

/*
 * Fills *dst (zeroed first for the table's members); pointers stay owned by `object`.
 * PROB_MALFORMED names the member.
 */
int js_bind(struct json_object *object, const struct js_field *fields, void *dst, struct problem *p) NONNULL(1, 2, 3, 4)
	CHECK_RESULT;

/* Out.  All of it ends the process on out of memory.  New references: json_object_put(). */
struct json_object *js_new_object(void) RETURNS_NONNULL;
struct json_object *js_new_array(void) RETURNS_NONNULL;
/* Each adds one member; NULL text and a time of 0 add nothing. */
void js_add_text(struct json_object *object, const char *key, const char *text) NONNULL(1, 2);
void js_add_time(struct json_object *object, const char *key, int64_t t) NONNULL(1, 2);
void js_add_bool(struct json_object *object, const char *key, bool value) NONNULL(1, 2);
void js_add_int(struct json_object *object, const char *key, int64_t value) NONNULL(1, 2);
/* Takes ownership of `value`. */
void js_add(struct json_object *object, const char *key, struct json_object *value) NONNULL(1, 2);
/* The array that is this member; an empty one is added when there is none.  Borrowed. */
struct json_object *js_member_array(struct json_object *object, const char *key) RETURNS_NONNULL NONNULL(1, 2);
/* Each adds one element; js_append takes ownership of `value`. */
void js_append(struct json_object *array, struct json_object *value) NONNULL(1);
void js_append_text(struct json_object *array, const char *text) NONNULL(1, 2);
/* Plain text without escaped slashes, owned by the object, valid until it changes. */
const char *js_text(struct json_object *object, size_t *ret_len) NONNULL(1, 2);

#endif

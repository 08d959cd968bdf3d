/* SPDX-License-Identifier: BSD-2-Clause */
/* From values to text. */
#include "json/js.h"

#include "base/clk.h"
#include "base/mem.h"

struct json_object *js_new_object(void)
{
	return oom_check(json_object_new_object());
}

struct json_object *js_new_array(void)
{
	return oom_check(json_object_new_array());
}

void js_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value) < 0)
		oom();
}

void js_add_text(struct json_object *object, const char *key, const char *text)
{
	if (text)
		js_add(object, key, oom_check(json_object_new_string(text)));
}

void js_add_time(struct json_object *object, const char *key, int64_t t)
{
	char text[CLK_RFC3339_LEN + 1];

	if (t == 0)
		return;
	clk_to_rfc3339(t, text);
	js_add_text(object, key, text);
}

void js_add_bool(struct json_object *object, const char *key, bool value)
{
	js_add(object, key, oom_check(json_object_new_boolean(value)));
}

void js_add_int(struct json_object *object, const char *key, int64_t value)
{
	js_add(object, key, oom_check(json_object_new_int64(value)));
}

struct json_object *js_member_array(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_object_get(object, key);

	if (!array) {
		array = js_new_array();
		js_add(object, key, array);
	}
	return array;
}

void js_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) < 0)
		oom();
}

void js_append_text(struct json_object *array, const char *text)
{
	js_append(array, oom_check(json_object_new_string(text)));
}

const char *js_text(struct json_object *object, size_t *ret_len)
{
	const int   flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_length(object, flags, ret_len);

	if (!text)
		oom();
	return text;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever js_scan() accepts, json-c parses; what js_text() writes of it, both take again, to the same text. */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "json/js.h"

DEFINE_FREEP(tokener, struct json_tokener *, json_tokener_free);

static const struct js_limits limits = { .max_bytes = 65536, .max_depth = 8, .max_members = 100 };

static void check_json_c(const uint8_t *data, size_t size)
{
	auto_(tokener) struct json_tokener *tok = json_tokener_new_ex((int)limits.max_depth + 2);
	auto_(json) struct json_object     *value = NULL;
	auto_free char                     *text = xcalloc(size + 1, 1);

	memcpy(text, data, size);
	while (size > 0 && strchr(" \t\r\n", text[size - 1]))
		text[--size] = '\0';
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL, or json-c would wait for more digits of a number. */
	value = json_tokener_parse_ex(tok, text, (int)size + 1);
	HOLDS(json_tokener_get_error(tok) == json_tokener_success);
	HOLDS(json_tokener_get_parse_end(tok) == size);
}

static void check_again(struct json_object *first)
{
	const struct js_limits             wide = { .max_bytes = 1 << 20, .max_depth = 8, .max_members = 100 };
	auto_(json) struct json_object    *second = NULL;
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	size_t                             len, again;
	const char                        *text = js_text(first, &len);

	/* json-c prints 1e999 as a bare word. */
	if (strstr(text, "Infinity"))
		return;
	HOLDS(js_parse(text, len, &wide, &second, &p) == 0);
	HOLDS(strcmp(js_text(second, &again), text) == 0 && again == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_(json) struct json_object    *object = NULL;
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_clear(problem) struct problem q = PROBLEM_INIT;
	const int                          scanned = js_scan((const char *)data, size, &limits, &p);
	const int                          parsed = js_parse((const char *)data, size, &limits, &object, &q);

	if (scanned == 0)
		check_json_c(data, size);
	else
		HOLDS(scanned == -PROB_MALFORMED && parsed == scanned && !strchr(p.detail, '"'));
	if (parsed == 0)
		check_again(object);
	HOLDS((parsed == 0) == (object != NULL));
	return 0;
}

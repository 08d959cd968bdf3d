/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/quorum.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clk.h"
#include "json/js.h"

#define PUBLIC_REGIONS 2
#define MANY_REMOTE    6 /* from so many on, two of them may disagree instead of one */

/* Baseline Requirements 3.2.2.9: the least number of remote perspectives, from these days on; the last match counts. */
static const struct {
	int64_t since;
	size_t  n_remote;
} public_least[] = {
	{ 0, 3 },
	{ 1781481600 * CLK_SECOND, 4 }, /* 2026-06-15 */
	{ 1797292800 * CLK_SECOND, 5 }, /* 2026-12-15 */
};

static int check_names(const struct conf_profile *profile, struct problem *p)
{
	const struct conf_list *names = &profile->perspectives;
	const char             *repeated = conf_list_repeated(names);

	if (names->n == 0)
		return problem_set(p, PROB_CONFIG, "profile %s: perspectives is empty, expected at least one",
		                   profile->title);
	for (size_t i = 0; i < names->n; i++) {
		const size_t len = strlen(names->items[i]);

		if (len < 1 || len > CONF_NAME_MAX)
			return problem_set(p, PROB_CONFIG,
			                   "profile %s: perspectives has a name of %zu bytes, expected 1 to %d",
			                   profile->title, len, CONF_NAME_MAX);
	}
	if (repeated)
		return problem_set(p, PROB_CONFIG, "profile %s: perspectives has %s twice, expected different names",
		                   profile->title, repeated);
	return 0;
}

static int take_number(const struct conf_profile *profile, struct quorum *q, struct problem *p)
{
	const char  *text = profile->quorum;
	const size_t digits = strspn(text, "0123456789");

	if (digits == 0 || text[digits] != '\0')
		return problem_set(p, PROB_CONFIG, "profile %s: quorum is %s, expected all, public or a number",
		                   profile->title, text);
	q->n_remote = strtoul(text, NULL, 10);
	if (q->n_remote > q->perspectives->n - 1)
		return problem_set(p, PROB_CONFIG,
		                   "profile %s: quorum is %s, expected at most the number of remote perspectives, %zu",
		                   profile->title, text, q->perspectives->n - 1);
	return 0;
}

static int take_public(const struct conf_profile *profile, int64_t now, struct quorum *q, struct problem *p)
{
	const size_t n = q->perspectives->n - 1;
	size_t       least = 0;

	for (size_t i = 0; i < ARRAY_LEN(public_least); i++)
		if (now >= public_least[i].since)
			least = public_least[i].n_remote;
	if (n < least) {
		char day[CLK_RFC3339_LEN + 1];

		clk_to_rfc3339(now, day);
		return problem_set(p, PROB_CONFIG,
		                   "profile %s: perspectives has %zu remote ones after the first; quorum = public "
		                   "demands at least %zu of them on %.10s",
		                   profile->title, n, least, day);
	}
	q->n_remote = n - (n >= MANY_REMOTE ? 2 : 1);
	if (q->n_regions < PUBLIC_REGIONS)
		q->n_regions = PUBLIC_REGIONS;
	return 0;
}

int quorum_from_profile(const struct conf_profile *profile, int64_t now, struct quorum *ret, struct problem *p)
{
	struct quorum q = { .perspectives = &profile->perspectives, .n_regions = (size_t)profile->regions };
	int           r = check_names(profile, p);

	if (r < 0)
		return r;
	if (strcmp(profile->quorum, "all") == 0)
		q.n_remote = q.perspectives->n - 1;
	else if (strcmp(profile->quorum, "public") == 0)
		r = take_public(profile, now, &q, p);
	else
		r = take_number(profile, &q, p);
	if (r < 0)
		return r;
	if (q.n_regions > q.n_remote)
		return problem_set(p, PROB_CONFIG,
		                   "profile %s: regions is %zu, expected at most the number of remote perspectives "
		                   "that must agree, %zu",
		                   profile->title, q.n_regions, q.n_remote);
	*ret = q;
	return 0;
}

struct json_object *quorum_to_json(const struct quorum *q)
{
	struct json_object *object = js_new_object(), *names = js_new_array();

	for (size_t i = 0; i < q->perspectives->n; i++)
		js_append_text(names, q->perspectives->items[i]);
	js_add(object, "perspectives", names);
	js_add_int(object, "remote", (int64_t)q->n_remote);
	js_add_int(object, "regions", (int64_t)q->n_regions);
	return object;
}

/* --- what has agreed */

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_string)
	               ? json_object_get_string(value)
	               : "";
}

/* NULL: it has not agreed.  "" is the region of one that has none. */
static const char *region_of(struct json_object *agreed, const char *perspective)
{
	const size_t n = json_object_is_type(agreed, json_type_array) ? json_object_array_length(agreed) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(agreed, i);

		if (strcmp(member(one, "perspective"), perspective) == 0)
			return member(one, "region");
	}
	return NULL;
}

static size_t trimmed(const char **text)
{
	size_t len;

	*text += strspn(*text, " ");
	len = strlen(*text);
	while (len > 0 && (*text)[len - 1] == ' ')
		len--;
	return len;
}

/* As core.region_key in SQL: spaces around it do not matter, nor case. */
static bool is_same_region(const char *a, const char *b)
{
	const size_t len = trimmed(&a);

	return len == trimmed(&b) && strncasecmp(a, b, len) == 0;
}

/* Whether a remote perspective before i agreed from that region too. */
static bool region_is_before(const struct conf_list *names, struct json_object *agreed, size_t i, const char *region)
{
	for (size_t j = 1; j < i; j++) {
		const char *other = region_of(agreed, names->items[j]);

		if (other && is_same_region(other, region))
			return true;
	}
	return false;
}

int quorum_check(const struct quorum *q, struct json_object *agreed, struct problem *p)
{
	const struct conf_list *names = q->perspectives;
	size_t                  n = 0, n_regions = 0;

	if (!region_of(agreed, names->items[0]))
		return problem_set(p, PROB_UNAUTHORIZED, "the primary perspective %s does not agree", names->items[0]);
	for (size_t i = 1; i < names->n; i++) {
		const char *region = region_of(agreed, names->items[i]);

		if (!region)
			continue;
		n++;
		n_regions += !is_same_region(region, "") && !region_is_before(names, agreed, i, region);
	}
	if (n < q->n_remote)
		return problem_set(p, PROB_UNAUTHORIZED, "%zu of %zu remote perspectives agree, expected %zu", n,
		                   names->n - 1, q->n_remote);
	if (n_regions < q->n_regions)
		return problem_set(p, PROB_UNAUTHORIZED,
		                   "the remote perspectives that agree are in %zu different regions, expected %zu",
		                   n_regions, q->n_regions);
	return 0;
}

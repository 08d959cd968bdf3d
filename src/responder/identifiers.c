/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/identifiers.h"

#include <stdint.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "acme/challenge.h"
#include "acme/policy.h"
#include "base/mem.h"
#include "json/js.h"

struct member {
	const char *type;
	const char *value;
	const char *ancestor;
};

static const struct js_field member_fields[] = {
	JS_STRING(struct member, type, "type", JS_REQUIRED, 63),
	JS_STRING(struct member, value, "value", JS_REQUIRED, 255),
	JS_STRING(struct member, ancestor, "ancestorDomain", JS_OPTIONAL, 255), /* RFC 9444 4.2 */
	JS_END,
};

void identifiers_clear(struct identifiers *ids)
{
	free(ids->items);
	*ids = (struct identifiers){ 0 };
}

static bool is_listed(const struct identifiers *ids, const struct ident *id)
{
	for (size_t i = 0; i < ids->n; i++)
		if (ident_compare(&ids->items[i].id, id) == 0)
			return true;
	return false;
}

static void prove(struct identifier *item, const char *name, bool subdomains)
{
	snprintf(item->proved, sizeof(item->proved), "%s", name);
	item->subdomains = subdomains;
}

/*
 * RFC 9444 4.3: the ancestor is the client's wish.  Where policy does not let one authorization stand for all below
 * it, the name itself is to be proved.
 */
static int use_ancestor(const struct conf_profile *profile, const char *ancestor, struct identifier *item,
                        struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	struct ident                       id;

	if (strcmp(item->id.type, "dns") != 0 || !ident_under(item->id.value, ancestor) ||
	    strlen(ancestor) == strlen(item->id.value))
		return problem_set(p, PROB_MALFORMED, "ancestorDomain of %s is not a domain above it", item->id.value);
	if (ident_from_text(item->id.type, ancestor, &id, &why) == 0 && policy_covers_subdomains(profile, &id))
		prove(item, id.value, true);
	return 0;
}

static int check_member(const struct member *m, const struct conf_profile *profile, struct identifier *ret,
                        struct problem *p)
{
	int r;

	r = ident_from_text(m->type, m->value, &ret->id, p);
	if (r == 0)
		r = policy_check(profile, &ret->id, p);
	if (r < 0)
		return r;
	prove(ret, ident_base(&ret->id), false);
	return m->ancestor ? use_ancestor(profile, m->ancestor, ret, p) : 0;
}

/* One identifier: a problem of the name becomes a subproblem of p, so that the client learns of all at once. */
static int add_member(struct json_object *object, const struct conf_profile *profile, struct identifiers *ids,
                      struct problem *p)
{
	struct member     m = { 0 };
	struct identifier item;
	int               r;

	if (!json_object_is_type(object, json_type_object))
		return problem_set(p, PROB_MALFORMED, "identifiers must be objects");
	r = js_bind(object, member_fields, &m, p);
	if (r < 0)
		return r;
	if (check_member(&m, profile, &item, p) < 0)
		problem_sub(p, m.type, m.value);
	else if (!is_listed(ids, &item.id))
		ids->items[ids->n++] = item;
	return 0;
}

/* RFC 8555 6.7.1: the whole is of the type of its parts when they agree. */
static int refuse(size_t n_asked, struct problem *p)
{
	enum prob_code code = p->subs[0].code;

	for (size_t i = 1; i < p->n_subs; i++)
		if (p->subs[i].code != code)
			code = PROB_REJECTED_IDENTIFIER;
	if (p->n_subs == 1)
		return problem_set(p, code, "%s", p->subs[0].detail);
	return problem_set(p, code, "%zu of %zu identifiers are refused, for one: %.300s", p->n_subs, n_asked,
	                   p->subs[0].detail);
}

/* Names asked for twice are certified once (conformance A157). */
int identifiers_from_json(struct json_object *array, const struct conf_profile *profile, struct identifiers *ret,
                          struct problem *p)
{
	auto_clear(identifiers) struct identifiers ids = { 0 };
	size_t                                     n = json_object_array_length(array);

	if (n == 0)
		return problem_set(p, PROB_MALFORMED, "order names no identifiers");
	if (n > (size_t)profile->max_identifiers)
		return problem_set(p, PROB_MALFORMED, "order names %zu identifiers, at most %lld are permitted", n,
		                   (long long)profile->max_identifiers);
	ids.items = xcalloc(n, sizeof(*ids.items));
	for (size_t i = 0; i < n; i++) {
		int r = add_member(json_object_array_get_idx(array, i), profile, &ids, p);

		if (r < 0)
			return r;
	}
	if (p->n_subs > 0)
		return refuse(n, p);
	*ret = ids;
	ids = (struct identifiers){ 0 };
	return 0;
}

struct json_object *identifiers_to_json(const struct identifiers *ids)
{
	struct json_object *array = js_new_array();

	for (size_t i = 0; i < ids->n; i++) {
		struct json_object *o = js_new_object();

		js_add_text(o, "type", ids->items[i].id.type);
		js_add_text(o, "value", ids->items[i].id.value);
		js_append(array, o);
	}
	return array;
}

static size_t random_below(size_t n)
{
	uint32_t random = 0;

	if (gnutls_rnd(GNUTLS_RND_NONCE, &random, sizeof(random)) < 0)
		return 0; /* any order will do */
	return random % n;
}

static void append_types(struct json_object *array, const char *const *types, size_t n, bool token)
{
	for (size_t i = 0; i < n; i++)
		if (challenge_type_find(types[i])->token == token)
			js_append_text(array, types[i]);
}

/* No order that clients could rely on (conformance A216), but one gives up at a challenge without a token (S62). */
struct json_object *identifiers_challenges(const struct conf_profile *profile, const char *identifier_type,
                                           bool many_names)
{
	struct json_object     *array = js_new_array();
	const struct conf_list *offered = &profile->challenges;
	auto_free const char  **types = xcalloc(offered->n, sizeof(*types));
	size_t                  n = 0;

	for (size_t i = 0; i < offered->n; i++) {
		if (challenge_name_fits(offered->items[i], identifier_type, many_names)) {
			const size_t at = random_below(n + 1);

			types[n++] = types[at];
			types[at] = offered->items[i];
		}
	}
	append_types(array, types, n, true);
	append_types(array, types, n, false);
	return array;
}

struct json_object *identifiers_caa(const struct identifiers *ids, const struct conf_profile *profile)
{
	struct json_object *names = NULL;

	for (size_t i = 0; i < ids->n; i++) {
		if (policy_needs_caa(profile, &ids->items[i].id)) {
			names = names ? names : js_new_array();
			js_append_text(names, ids->items[i].id.value);
		}
	}
	return names;
}

struct json_object *identifiers_proofs(const struct identifiers *ids, const struct conf_profile *profile)
{
	struct json_object *array = js_new_array();

	for (size_t i = 0; i < ids->n; i++) {
		const struct identifier *item = &ids->items[i];
		struct json_object      *o = js_new_object();

		js_add_text(o, "type", item->id.type);
		js_add_text(o, "value", item->proved);
		js_add_bool(o, "wildcard", item->id.wildcard && !item->subdomains);
		js_add_bool(o, "subdomains", item->subdomains);
		js_add_bool(o, "ancestors", profile->subdomain_authorizations);
		js_add(o, "challenges",
		       identifiers_challenges(profile, item->id.type, item->id.wildcard || item->subdomains));
		js_append(array, o);
	}
	return array;
}

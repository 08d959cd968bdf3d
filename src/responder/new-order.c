/* SPDX-License-Identifier: BSD-2-Clause */
/* newOrder (RFC 8555 7.4). */
#include <string.h>

#include "acme/link.h"
#include "acme/policy.h"
#include "base/clk.h"
#include "base/mem.h"
#include "pki/ident.h"
#include "responder/order.h"

#define ARRAY_MAX 256 /* so that more names than a profile permits get an answer that says so */

struct order_request {
	struct json_object *identifiers;
	int64_t             not_before;
	int64_t             not_after;
	const char         *profile;
};

static const struct js_field fields[] = {
	JS_ARRAY(struct order_request, identifiers, "identifiers", JS_REQUIRED, ARRAY_MAX),
	JS_TIME(struct order_request, not_before, "notBefore", JS_OPTIONAL),
	JS_TIME(struct order_request, not_after, "notAfter", JS_OPTIONAL),
	JS_STRING(struct order_request, profile, "profile", JS_OPTIONAL, 64),
	JS_END,
};

struct raw_identifier {
	const char *type;
	const char *value;
};

static const struct js_field identifier_fields[] = {
	JS_STRING(struct raw_identifier, type, "type", JS_REQUIRED, 63),
	JS_STRING(struct raw_identifier, value, "value", JS_REQUIRED, 255),
	JS_END,
};

struct names {
	struct ident *items;
	size_t        n;
};

static bool is_listed(const struct names *names, const struct ident *id)
{
	for (size_t i = 0; i < names->n; i++)
		if (ident_compare(&names->items[i], id) == 0)
			return true;
	return false;
}

/* One identifier: a problem of the name becomes a subproblem of p, so that the client learns of all at once. */
static int add_identifier(struct json_object *object, const struct conf_profile *profile, struct names *names,
                          struct problem *p)
{
	struct raw_identifier raw = { 0 };
	struct ident          id;
	int                   r;

	if (!json_object_is_type(object, json_type_object))
		return problem_set(p, PROB_MALFORMED, "identifiers must be objects");
	r = js_bind(object, identifier_fields, &raw, p);
	if (r < 0)
		return r;
	r = ident_from_text(raw.type, raw.value, &id, p);
	if (r == 0)
		r = policy_check(profile, &id, p);
	if (r < 0)
		problem_sub(p, raw.type, raw.value);
	else if (!is_listed(names, &id))
		names->items[names->n++] = id;
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
static int take_identifiers(struct json_object *array, const struct conf_profile *profile, struct names *names,
                            struct problem *p)
{
	size_t n = json_object_array_length(array);

	if (n == 0)
		return problem_set(p, PROB_MALFORMED, "order names no identifiers");
	if (n > (size_t)profile->max_identifiers)
		return problem_set(p, PROB_MALFORMED, "order names %zu identifiers, at most %lld are permitted", n,
		                   (long long)profile->max_identifiers);
	names->items = xcalloc(n, sizeof *names->items);
	for (size_t i = 0; i < n; i++) {
		int r = add_identifier(json_object_array_get_idx(array, i), profile, names, p);

		if (r < 0)
			return r;
	}
	return p->n_subs > 0 ? refuse(n, p) : 0;
}

static int find_profile(const struct conf *conf, const char *title, const struct conf_profile **ret, struct problem *p)
{
	*ret = conf_profile(conf, title ? title : "default");
	if (!*ret)
		return problem_set(p, PROB_MALFORMED, "there is no such profile");
	return 0;
}

static struct json_object *identifiers_json(const struct names *names)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < names->n; i++) {
		struct json_object *o = json_object_new_object();

		js_add_text(o, "type", names->items[i].type);
		js_add_text(o, "value", names->items[i].value);
		json_object_array_add(array, o);
	}
	return array;
}

static struct json_object *challenges_json(const struct conf_profile *profile, const struct ident *id)
{
	struct json_object *types = json_object_new_array();

	for (size_t i = 0; i < profile->challenges.n; i++)
		if (policy_offers(profile->challenges.items[i], id))
			json_object_array_add(types, json_object_new_string(profile->challenges.items[i]));
	return types;
}

static struct json_object *authorizations_json(const struct names *names, const struct conf_profile *profile)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < names->n; i++) {
		struct json_object *o = json_object_new_object();

		js_add_text(o, "type", names->items[i].type);
		js_add_text(o, "value", ident_base(&names->items[i]));
		js_add_bool(o, "wildcard", names->items[i].wildcard);
		js_add(o, "challenges", challenges_json(profile, &names->items[i]));
		json_object_array_add(array, o);
	}
	return array;
}

static int call(struct exchange *x, const struct order_request *o, const struct conf_profile *profile,
                const struct names *names, struct db_rows **ret, struct problem *p)
{
	auto_(json) struct json_object *identifiers = identifiers_json(names);
	auto_(json) struct json_object *authorizations = authorizations_json(names, profile);
	size_t                          len;
	const struct db_arg             args[] = {
			    EXCHANGE_SIGNED(x),
			    db_text(js_text(identifiers, &len)),
			    db_text(js_text(authorizations, &len)),
			    db_text(profile->title),
			    db_time(o->not_before),
			    db_time(o->not_after),
			    db_int(profile->order_lifetime / CLK_SECOND),
			    db_int(profile->authorization_lifetime / CLK_SECOND),
	};

	return exchange_call(x, DB_WEB_ORDER_NEW, args, ret, p);
}

static int create(struct exchange *x, const void *payload, struct problem *p)
{
	struct order_request           o = *(const struct order_request *)payload;
	const struct conf_profile     *profile;
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free struct ident        *items = NULL;
	struct names                   names = { 0 };
	int                            r;

	o.not_before -= o.not_before % CLK_SECOND; /* X.509 knows no fractions */
	o.not_after -= o.not_after % CLK_SECOND;
	r = find_profile(x->worker->conf, o.profile, &profile, p);
	if (r == 0)
		r = policy_check_period(profile, clk_now(), o.not_before, o.not_after, p);
	if (r == 0)
		r = take_identifiers(o.identifiers, profile, &names, p);
	items = names.items;
	if (r == 0)
		r = call(x, &o, profile, &names, &rows, p);
	if (r != 0)
		return r;
	return order_reply(x, 201, rows, p);
}

const struct resource rt_new_order = {
	.name = "newOrder",
	.path = LINK_NEW_ORDER,
	.summary = "Asks for a certificate",
	.in_directory = true,
	.auth = AUTH_KID,
	.fields = fields,
	.fields_size = sizeof(struct order_request),
	.write = create,
};

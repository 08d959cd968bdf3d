/* SPDX-License-Identifier: BSD-2-Clause */
/* newAuthz: an authorization ahead of any order (RFC 8555 7.4.1), also for all subdomains (RFC 9444 4.2). */
#include "acme/link.h"
#include "acme/policy.h"
#include "acme/quorum.h"
#include "base/clk.h"
#include "responder/authorization.h"
#include "responder/identifiers.h"

struct authorization_request {
	struct json_object *identifier;
};

static const struct js_field fields[] = {
	JS_OBJECT(struct authorization_request, identifier, "identifier", JS_REQUIRED),
	JS_END,
};

struct identifier_request {
	const char *type;
	const char *value;
	bool        subdomains;
};

static const struct js_field identifier_fields[] = {
	JS_STRING(struct identifier_request, type, "type", JS_REQUIRED, 63),
	JS_STRING(struct identifier_request, value, "value", JS_REQUIRED, 255),
	JS_BOOL(struct identifier_request, subdomains, "subdomainAuthAllowed", JS_OPTIONAL),
	JS_END,
};

/* What the request comes to once it is checked. */
struct authorization {
	struct ident               id;
	const struct conf_profile *profile;
	struct quorum              quorum;
	bool                       subdomains;
};

/*
 * There is no order yet that would say for which profile, so the first that permits the name lends its settings; the
 * first that also covers what is below, when that is wanted and there is one.
 */
static int take_profile(const struct conf *conf, bool subdomains, struct authorization *a, struct problem *p)
{
	for (size_t i = 0; i < conf->n_profiles; i++) {
		const struct conf_profile         *profile = &conf->profiles[i];
		auto_clear(problem) struct problem why = PROBLEM_INIT;

		if (policy_check(profile, &a->id, &why) < 0)
			continue;
		a->profile = a->profile ? a->profile : profile;
		if (subdomains && policy_covers_subdomains(profile, &a->id)) {
			a->profile = profile;
			a->subdomains = true;
			break;
		}
	}
	return a->profile ? 0 : policy_check(&conf->profiles[0], &a->id, p);
}

/* RFC 8555 7.4.1: wildcards are for orders. */
static int take_name(const struct identifier_request *raw, struct authorization *a, struct problem *p)
{
	if (raw->value[0] == '*')
		return problem_set(p, PROB_MALFORMED, "wildcard names cannot be authorized ahead of an order");
	return ident_from_text(raw->type, raw->value, &a->id, p);
}

static int check(const struct exchange *x, struct json_object *identifier, struct authorization *ret, struct problem *p)
{
	struct identifier_request raw = { 0 };
	int                       r;

	r = js_bind(identifier, identifier_fields, &raw, p);
	if (r == 0)
		r = take_name(&raw, ret, p);
	if (r == 0)
		r = take_profile(x->worker->conf, raw.subdomains, ret, p);
	return r < 0 ? r : quorum_from_profile(ret->profile, clk_now(), &ret->quorum, p);
}

static int call(struct exchange *x, const struct authorization *a, struct db_rows **ret, struct problem *p)
{
	const struct conf_profile      *profile = a->profile;
	auto_(json) struct json_object *challenges = identifiers_challenges(profile, a->id.type, a->subdomains);
	auto_(json) struct json_object *quorum = quorum_to_json(&a->quorum);
	size_t                          len;

	const struct db_arg args[] = {
		EXCHANGE_SIGNED(x),
		db_text(conf_terms_version(x->worker->conf)),
		db_text(a->id.type),
		db_text(a->id.value),
		db_bool(a->subdomains),
		db_text(js_text(challenges, &len)),
		db_int(profile->order_lifetime / CLK_SECOND),
		db_int(profile->authorization_lifetime / CLK_SECOND),
		db_bool(profile->reuse_authorizations),
		db_text(js_text(quorum, &len)),
	};

	return exchange_call(x, DB_WEB_AUTHORIZATION_NEW, args, ret, p);
}

/* RFC 8555 7.4.1: 403 where an order would be answered with 400. */
static int unwilling(int r, struct problem *p)
{
	if (p->code == PROB_REJECTED_IDENTIFIER || p->code == PROB_UNSUPPORTED_IDENTIFIER)
		p->status = 403;
	return r;
}

static int create(struct exchange *x, const void *payload, struct problem *p)
{
	const struct authorization_request *request = payload;
	struct authorization                a = { 0 };
	auto_(db_rows) struct db_rows      *rows = NULL;
	struct id                           id;
	int                                 r;

	r = check(x, request->identifier, &a, p);
	if (r == 0)
		r = call(x, &a, &rows, p);
	if (r != 0)
		return unwilling(r, p);
	if (!row_id(rows, 0, "id", &id))
		return problem_set(p, PROB_INTERNAL, "authorization has no id");
	res_location(&x->res, link_id(LINK_AUTHORIZATION, &id));
	authorization_reply(x, row_bool(rows, 0, "created") ? 201 : 200, rows);
	return 0;
}

const struct resource rt_new_authz = {
	.name = "newAuthz",
	.path = LINK_NEW_AUTHZ,
	.summary = "Asks for an authorization ahead of an order",
	.in_directory = true,
	.auth = AUTH_KID,
	.fields = fields,
	.fields_size = sizeof(struct authorization_request),
	.write = create,
};

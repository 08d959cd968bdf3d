/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newOrder (RFC 8555 7.4), with profiles (draft-ietf-acme-profiles 4), certificates to replace (RFC 9773 5) and
 * ancestor domains (RFC 9444 4.3).
 */
#include "acme/link.h"
#include "acme/policy.h"
#include "acme/quorum.h"
#include "base/clk.h"
#include "pki/cert-id.h"
#include "responder/identifiers.h"
#include "responder/order.h"

#define ARRAY_MAX 256 /* so that more names than a profile permits get an answer that says so */

struct order_request {
	struct json_object *identifiers;
	int64_t             not_before;
	int64_t             not_after;
	const char         *profile;
	const char         *replaces;
};

static const struct js_field fields[] = {
	JS_ARRAY(struct order_request, identifiers, "identifiers", JS_REQUIRED, ARRAY_MAX),
	JS_TIME(struct order_request, not_before, "notBefore", JS_OPTIONAL),
	JS_TIME(struct order_request, not_after, "notAfter", JS_OPTIONAL),
	JS_STRING(struct order_request, profile, "profile", JS_OPTIONAL, 255),
	JS_STRING(struct order_request, replaces, "replaces", JS_OPTIONAL, 255),
	JS_END,
};

/* What the request comes to once it is checked. */
struct order {
	const struct conf_profile *profile;
	struct quorum              quorum;
	struct identifiers         ids;
	int64_t                    not_before, not_after;
	const char                *replaces; /* NULL: none, and then the next two mean nothing */
	struct cert_id             replaced;
	struct id                  replaced_id;
};

static int take_profile(const struct conf *conf, const char *title, struct order *o, struct problem *p)
{
	o->profile = conf_profile(conf, title ? title : "default");
	if (!o->profile)
		return problem_set(p, PROB_INVALID_PROFILE,
		                   "there is no such profile; the directory names those there are");
	return 0;
}

static int take_period(const struct order_request *request, struct order *o, struct problem *p)
{
	o->not_before = request->not_before - request->not_before % CLK_SECOND; /* X.509 knows no fractions */
	o->not_after = request->not_after - request->not_after % CLK_SECOND;
	return policy_check_period(o->profile, clk_now(), o->not_before, o->not_after, p);
}

/* Clients try again without `replaces` when a malformed problem names it (conformance S50). */
static int take_replaces(const char *text, struct order *o, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (!text)
		return 0;
	if (cert_id_from_text(text, &o->replaced, &why) < 0)
		return problem_set(p, PROB_MALFORMED, "replaces: %s", why.detail);
	if (!cert_id_to_id(&o->replaced, &o->replaced_id))
		return problem_set(p, PROB_NOT_FOUND, "replaces names no certificate of this server");
	o->replaces = text;
	return 0;
}

static int call(struct exchange *x, const struct order *o, struct db_rows **ret, struct problem *p)
{
	const struct conf_profile      *profile = o->profile;
	const struct id                *replaced = o->replaces ? &o->replaced_id : NULL;
	const uint8_t                  *issuer_key = o->replaces ? o->replaced.key_id : NULL;
	auto_(json) struct json_object *identifiers = identifiers_to_json(&o->ids);
	auto_(json) struct json_object *authorizations = identifiers_proofs(&o->ids, profile);
	auto_(json) struct json_object *quorum = quorum_to_json(&o->quorum);
	auto_(json) struct json_object *caa = identifiers_caa(&o->ids, profile);
	size_t                          len;

	const struct db_arg args[] = {
		EXCHANGE_SIGNED(x),
		db_text(conf_terms_version(x->worker->conf)),
		db_text(js_text(identifiers, &len)),
		db_text(js_text(authorizations, &len)),
		db_text(profile->title),
		db_time(o->not_before),
		db_time(o->not_after),
		db_int(profile->order_lifetime / CLK_SECOND),
		db_int(profile->authorization_lifetime / CLK_SECOND),
		db_bool(profile->reuse_orders),
		db_bool(profile->reuse_authorizations),
		db_text(o->replaces),
		db_id(replaced),
		db_bytes(issuer_key, o->replaced.key_id_len),
		db_text(js_text(quorum, &len)),
		caa ? db_text(js_text(caa, &len)) : db_null(),
	};

	return exchange_call(x, DB_WEB_ORDER_NEW, args, ret, p);
}

static int check(const struct exchange *x, const struct order_request *request, struct order *ret, struct problem *p)
{
	int r;

	r = take_profile(x->worker->conf, request->profile, ret, p);
	if (r == 0)
		r = quorum_from_profile(ret->profile, clk_now(), &ret->quorum, p);
	if (r == 0)
		r = take_period(request, ret, p);
	if (r == 0)
		r = take_replaces(request->replaces, ret, p);
	return r < 0 ? r : identifiers_from_json(request->identifiers, ret->profile, &ret->ids, p);
}

static int create(struct exchange *x, const void *payload, struct problem *p)
{
	struct order                   o = { 0 };
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r;

	r = check(x, payload, &o, p);
	if (r == 0)
		r = call(x, &o, &rows, p);
	identifiers_clear(&o.ids);
	return r != 0 ? r : order_reply(x, 201, rows, p);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/* newAccount, with external account binding (RFC 8555 7.3, 7.3.1, 7.3.4). */
#include "acme/link.h"
#include "pki/eab.h"
#include "responder/account.h"
#include "responder/contact.h"

struct account_request {
	struct json_object *contact;
	struct json_object *binding;
	bool                terms_agreed;
	bool                only_existing;
};

static const struct js_field fields[] = {
	JS_ARRAY(struct account_request, contact, "contact", JS_OPTIONAL, 256),
	JS_OBJECT(struct account_request, binding, "externalAccountBinding", JS_OPTIONAL),
	JS_BOOL(struct account_request, terms_agreed, "termsOfServiceAgreed", JS_OPTIONAL),
	JS_BOOL(struct account_request, only_existing, "onlyReturnExisting", JS_OPTIONAL),
	JS_END,
};

/* What would keep this request from making an account.  *ret: the binding; NULL when there is none. */
static int check_request(const struct exchange *x, const struct account_request *a, struct jws **ret, struct problem *p)
{
	int r;

	if (x->worker->conf->terms_of_service && !a->terms_agreed)
		return problem_set(p, PROB_USER_ACTION_REQUIRED, "termsOfServiceAgreed must be true for a new account");
	r = contact_check(a->contact, p);
	return r < 0 || !a->binding ? r : eab_decode(a->binding, x->jws->url, x->key, ret, p);
}

/*
 * NULL: not agreed.  Clients agree whether there are terms or not (conformance S36);
 * then it is to none in particular.
 */
static const char *agreed_version(const struct conf *conf, const struct account_request *a)
{
	const char *version = conf_terms_version(conf);

	return !a->terms_agreed ? NULL : version ? version : "";
}

static int call(struct exchange *x, const struct account_request *a, bool only_existing, const struct jws *binding,
                struct db_rows **ret, struct problem *p)
{
	const struct conf *conf = x->worker->conf;

	const struct db_arg args[] = {
		db_id(&x->nonce.id),
		db_int(x->nonce.key_id),
		db_text(x->key->thumbprint),
		db_text(x->key->canonical),
		db_text(contact_text(a->contact, "[]")),
		db_text(agreed_version(conf, a)),
		db_bool(only_existing),
		db_bool(conf->external_account_required),
		db_text(binding ? binding->kid : NULL),
		db_text(binding ? jws_mac_hash(binding) : NULL),
		db_text(binding ? binding->signing_input : NULL),
		binding ? db_bytes(binding->signature, binding->signature_len) : db_null(),
	};

	return exchange_call(x, DB_WEB_ACCOUNT_NEW, args, ret, p);
}

/*
 * RFC 8555 7.3.1: a known key gets its account, whatever else the request says.  So a request that may not make an
 * account is not refused at once but asks for the existing one only, and is refused if there is none: one round trip
 * in any case.
 */
static int create(struct exchange *x, const void *payload, struct problem *p)
{
	const struct account_request      *a = payload;
	auto_clear(problem) struct problem refusal = PROBLEM_INIT;
	auto_(jws) struct jws             *binding = NULL;
	auto_(db_rows) struct db_rows     *rows = NULL;
	struct id                          account;
	int                                r, refused = check_request(x, a, &binding, &refusal);

	r = call(x, a, a->only_existing || refused < 0, binding, &rows, p);
	if (r == -PROB_ACCOUNT_DOES_NOT_EXIST && refused < 0 && !a->only_existing) {
		problem_clear(p);
		problem_move(p, &refusal);
		return refused;
	}
	if (r < 0)
		return r;
	if (!row_id(rows, 0, "account", &account))
		return problem_set(p, PROB_INTERNAL, "new account has no id");
	x->account = account;
	x->has_account = true;
	res_location(&x->res, link_id(LINK_ACCOUNT, &account));
	account_reply(x, row_bool(rows, 0, "created") ? 201 : 200, rows);
	return 0;
}

const struct resource rt_new_account = {
	.name = "newAccount",
	.path = LINK_NEW_ACCOUNT,
	.summary = "Makes an account, or finds that of a key",
	.in_directory = true,
	.auth = AUTH_JWK,
	.fields = fields,
	.fields_size = sizeof(struct account_request),
	.write = create,
};

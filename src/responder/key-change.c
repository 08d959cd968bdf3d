/* SPDX-License-Identifier: BSD-2-Clause */
/* keyChange (RFC 8555 7.3.5): the payload is a JWS by the new key, so both keys agree to the change. */
#include <string.h>

#include "acme/link.h"
#include "responder/account.h"

struct key_change {
	const char         *account;
	struct json_object *old_key;
};

static const struct js_field fields[] = {
	JS_STRING(struct key_change, account, "account", JS_REQUIRED, 2048),
	JS_OBJECT(struct key_change, old_key, "oldKey", JS_REQUIRED),
	JS_END,
};

static const struct js_limits limits = { .max_bytes = 32768, .max_depth = 4, .max_members = 64 };

static int check_old_key(struct json_object *object, const struct jwk *key, struct problem *p)
{
	auto_(jwk) struct jwk *old = NULL;
	int                    r = jwk_from_json(object, &old, p);

	if (r < 0)
		return r;
	if (strcmp(old->thumbprint, key->thumbprint) != 0)
		return problem_set(p, PROB_MALFORMED, "oldKey is not the key of the account");
	return 0;
}

/* What the new key has signed. */
static int check_payload(const struct exchange *x, const struct jws *inner, struct problem *p)
{
	auto_(json) struct json_object *payload = NULL;
	struct key_change               change = { 0 };
	int                             r = js_parse(inner->payload, inner->payload_len, &limits, &payload, p);

	if (r == 0)
		r = js_bind(payload, fields, &change, p);
	if (r < 0)
		return r;
	if (strcmp(change.account, x->jws->kid) != 0)
		return problem_set(p, PROB_MALFORMED, "account is not the kid of the request");
	return check_old_key(change.old_key, x->key, p);
}

static int check_inner(const struct exchange *x, struct jwk **ret, struct problem *p)
{
	auto_(jws) struct jws *inner = NULL;
	auto_(jwk) struct jwk *key = NULL;
	int                    r = jws_decode_inner(x->payload, JWS_NEW_KEY, &inner, p);

	if (r == 0)
		r = jwk_from_json(inner->jwk, &key, p);
	if (r == 0)
		r = jws_verify(inner, key, p);
	if (r != 0)
		return r;
	if (strcmp(inner->url, x->jws->url) != 0)
		return problem_set(p, PROB_MALFORMED, "url differs from that of the request");
	r = check_payload(x, inner, p);
	if (r != 0)
		return r;
	*ret = steal(key);
	return 0;
}

/* The new key, once all is well but for what only the database knows. */
static int take_new_key(const struct exchange *x, struct jwk **ret, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	int                                r = check_inner(x, ret, &why);

	if (r != 0) {
		problem_set(p, why.code, "inner JWS: %.400s", why.detail);
		return r;
	}
	if (strcmp((*ret)->thumbprint, x->key->thumbprint) == 0)
		return problem_set(p, PROB_MALFORMED, "new key is the key that the account has already");
	return 0;
}

/* The cache needs no word to the other workers: whichever of the two keys they have, it fails and makes them look. */
static int change_key(struct exchange *x, const void *none UNUSED, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_(jwk) struct jwk         *key = NULL;
	struct id                      owner;
	int                            r = take_new_key(x, &key, p);

	if (r == 0) {
		const struct db_arg args[] = { EXCHANGE_SIGNED(x), db_text(key->thumbprint), db_text(key->canonical) };

		r = exchange_call(x, DB_WEB_ACCOUNT_KEY_CHANGE, args, &rows, p);
	}
	if (r != 0)
		return r;
	if (row_id(rows, 0, "conflict", &owner)) {
		res_location(&x->res, link_id(LINK_ACCOUNT, &owner));
		return problem_set(p, PROB_KEY_IN_USE, "new key belongs to an account already");
	}
	account_reply(x, 200, rows);
	return 0;
}

const struct resource rt_key_change = {
	.name = "keyChange",
	.path = LINK_KEY_CHANGE,
	.summary = "Gives an account another key",
	.in_directory = true,
	.auth = AUTH_KID,
	.write = change_key,
};

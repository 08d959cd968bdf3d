/* SPDX-License-Identifier: BSD-2-Clause */
/* account: reading, new contacts, deactivation (RFC 8555 7.3.2, 7.3.6). */
#include "responder/account.h"

#include <string.h>

#include "acme/link.h"
#include "acme/render.h"
#include "responder/contact.h"

struct account_update {
	struct json_object *contact;
	const char         *status;
};

static const struct js_field fields[] = {
	JS_ARRAY(struct account_update, contact, "contact", JS_OPTIONAL, 256),
	JS_STRING(struct account_update, status, "status", JS_OPTIONAL, 64),
	JS_END,
};

void account_reply(struct exchange *x, int status, const struct db_rows *rows)
{
	const char *terms = x->worker->conf->terms_of_service;

	if (terms)
		res_link(&x->res, terms, "terms-of-service");
	exchange_json(x, status, render_account(rows));
}

int account_check_own(const struct exchange *x, struct problem *p)
{
	if (memcmp(&x->account, &x->args.id, sizeof(x->account)) != 0)
		return problem_set(p, PROB_UNAUTHORIZED, "request is not signed by this account");
	return 0;
}

static int read_account(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x) };
	int                            r;

	r = account_check_own(x, p);
	if (r == 0)
		r = exchange_call(x, DB_WEB_ACCOUNT_GET, args, &rows, p);
	if (r < 0)
		return r;
	account_reply(x, 200, rows);
	return 0;
}

/* A status other than deactivated is ignored like every member that clients may not set (RFC 8555 7.3.2). */
static int update(struct exchange *x, const void *payload, struct problem *p)
{
	const struct account_update   *u = payload;
	auto_(db_rows) struct db_rows *rows = NULL;

	const struct db_arg args[] = {
		EXCHANGE_SIGNED(x),
		db_text(contact_text(u->contact, NULL)),
		db_bool(u->status && strcmp(u->status, "deactivated") == 0),
	};
	int r;

	r = account_check_own(x, p);
	if (r == 0)
		r = contact_check(u->contact, p);
	if (r == 0)
		r = exchange_call(x, DB_WEB_ACCOUNT_UPDATE, args, &rows, p);
	if (r != 0)
		return r;
	account_reply(x, 200, rows);
	return 0;
}

const struct resource rt_account = {
	.name = "account",
	.path = LINK_ACCOUNT,
	.summary = "An account: reading, new contacts, deactivation",
	.auth = AUTH_KID,
	.fields = fields,
	.fields_size = sizeof(struct account_update),
	.read = read_account,
	.write = update,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* authorization: reading and deactivation (RFC 8555 7.5, 7.5.2). */
#include "responder/authorization.h"

#include <string.h>

#include "acme/link.h"
#include "acme/render.h"

struct authorization_update {
	const char *status;
};

static const struct js_field fields[] = {
	JS_STRING(struct authorization_update, status, "status", JS_REQUIRED, 64),
	JS_END,
};

void authorization_reply(struct exchange *x, int status, const struct db_rows *rows)
{
	const struct render_parties parties = { &x->account, &x->worker->conf->caa_identities };

	exchange_come_back(x, rows);
	exchange_json(x, status, render_authorization(rows, &parties));
}

static int call(struct exchange *x, enum db_call_id id, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x), db_id(&x->args.id) };
	int                            r = exchange_call(x, id, args, &rows, p);

	if (r < 0)
		return r;
	authorization_reply(x, 200, rows);
	return 0;
}

static int read_authorization(struct exchange *x, struct problem *p)
{
	return call(x, DB_WEB_AUTHORIZATION_GET, p);
}

static int deactivate(struct exchange *x, const void *payload, struct problem *p)
{
	const struct authorization_update *u = payload;

	if (strcmp(u->status, "deactivated") != 0)
		return problem_set(p, PROB_MALFORMED, "status can only be set to deactivated");
	return call(x, DB_WEB_AUTHORIZATION_DEACTIVATE, p);
}

const struct resource rt_authorization = {
	.name = "authorization",
	.path = LINK_AUTHORIZATION,
	.summary = "An authorization: reading, deactivation",
	.auth = AUTH_KID,
	.fields = fields,
	.fields_size = sizeof(struct authorization_update),
	.read = read_authorization,
	.write = deactivate,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* challenge: reading and responding (RFC 8555 7.5.1). */
#include "acme/link.h"
#include "acme/render.h"
#include "base/clk.h"
#include "responder/exchange.h"

/* Two clients cannot do without the link to the authorization (conformance S6). */
static void reply(struct exchange *x, const struct db_rows *rows)
{
	const struct render_parties parties = { &x->account, &x->worker->conf->caa_identities };
	auto_free char             *authorization = link_id(LINK_AUTHORIZATION, &x->args.id);

	res_link(&x->res, authorization, "up");
	exchange_come_back(x, rows);
	exchange_json(x, 200, render_challenge(rows, &parties));
}

static int read_challenge(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x), db_id(&x->args.id), db_text(x->args.word) };
	int                            r = exchange_call(x, DB_WEB_CHALLENGE_GET, args, &rows, p);

	if (r == 0)
		reply(x, rows);
	return r;
}

/* Whatever the object holds is ignored: {} is what current clients send, the members of older ones mean nothing now. */
static int respond(struct exchange *x, const void *payload UNUSED, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;

	const struct db_arg args[] = {
		EXCHANGE_SIGNED(x),
		db_id(&x->args.id),
		db_text(x->args.word),
		db_int(x->worker->conf->responder.validation_timeout / CLK_SECOND),
		db_int(x->worker->conf->responder.max_validations),
	};
	int r = exchange_call(x, DB_WEB_CHALLENGE_RESPOND, args, &rows, p);

	if (r < 0)
		return r;
	reply(x, rows);
	if (row_is(rows, 0, "status", "processing"))
		x->ring = DB_BELL_VALIDATE;
	return 0;
}

const struct resource rt_challenge = {
	.name = "challenge",
	.path = LINK_CHALLENGE,
	.summary = "A challenge: reading, asking for its validation",
	.auth = AUTH_KID,
	.read = read_challenge,
	.write = respond,
};

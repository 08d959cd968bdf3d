/* SPDX-License-Identifier: BSD-2-Clause */
/* newNonce (RFC 8555 7.2).  The nonce itself is added to the reply like to any other. */
#include "acme/link.h"
#include "base/clk.h"
#include "responder/exchange.h"

/* Clients insist on the difference: 204 for GET, 200 for the others (conformance S12). */
static int get(struct exchange *x, struct problem *p)
{
	if (x->worker->nonce_keys.n == 0)
		worker_reload_nonce_keys(x->worker, CLK_SECOND);
	if (x->worker->nonce_keys.n == 0)
		return worker_unavailable(x->worker, p);
	x->res.status = x->req->method == REQ_GET ? 204 : 200;
	return 0;
}

static int read_nonce(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x) };
	int                            r = exchange_call(x, DB_WEB_ACCOUNT_GET, args, &rows, p);

	return r < 0 ? r : get(x, p);
}

const struct resource rt_new_nonce = {
	.name = "newNonce",
	.path = LINK_NEW_NONCE,
	.summary = "A fresh nonce",
	.in_directory = true,
	.fresh_nonce = true,
	.auth = AUTH_KID,
	.get = get,
	.read = read_nonce,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* newNonce (RFC 8555 7.2).  The nonce itself is added to the reply like to any other. */
#include "acme/link.h"
#include "responder/exchange.h"

/* Clients insist on the difference: 204 for GET, 200 for the others (conformance S12). */
static int get(struct exchange *x, struct problem *p)
{
	int r = worker_need_nonce_keys(x->worker, p);

	if (r < 0)
		return r;
	x->res.status = x->req->method == REQ_GET ? 204 : 200;
	return 0;
}

const struct resource rt_new_nonce = {
	.name = "newNonce",
	.path = LINK_NEW_NONCE,
	.summary = "A fresh nonce",
	.in_directory = true,
	.fresh_nonce = true,
	.auth = AUTH_KID,
	.get = get,
	.read = exchange_read_public,
};

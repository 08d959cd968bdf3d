/* SPDX-License-Identifier: BSD-2-Clause */
/* certificate (RFC 8555 7.4.2). */
#include "acme/link.h"
#include "pki/crt.h"
#include "responder/exchange.h"

/* PEM whatever Accept says: every client takes it.  No rel=up: it would make clients append what it leads to (conformance S7). */
static int read_certificate(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free void                *der = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x), db_id(&x->args.id) };
	size_t                         len = 0;
	int                            r = exchange_call(x, DB_WEB_CERTIFICATE_GET, args, &rows, p);

	if (r < 0)
		return r;
	der = row_bytes(rows, 0, "certificate", &len);
	if (!der)
		return problem_set(p, PROB_INTERNAL, "certificate has no bytes");
	x->res.status = 200;
	x->res.type = "application/pem-certificate-chain";
	crt_add_pem(&x->res.body, der, len);
	buf_adds(&x->res.body, row_text(rows, 0, "chain"));
	return 0;
}

const struct resource rt_certificate = {
	.name = "certificate",
	.path = LINK_CERTIFICATE,
	.summary = "A certificate and its chain, PEM",
	.auth = AUTH_KID,
	.read = read_certificate,
};

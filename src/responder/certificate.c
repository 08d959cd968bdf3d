/* SPDX-License-Identifier: BSD-2-Clause */
/* certificate (RFC 8555 7.4.2). */
#include "responder/certificate.h"

#include <stdio.h>

#include "acme/link.h"
#include "pki/crt.h"
#include "responder/accept.h"

static int add_pem(struct buf *out, const void *der, size_t len, const char *chain, struct problem *p UNUSED)
{
	crt_add_pem(out, der, len);
	buf_adds(out, chain);
	return 0;
}

static int add_der(struct buf *out, const void *der, size_t len, const char *chain UNUSED, struct problem *p UNUSED)
{
	buf_add(out, der, len);
	return 0;
}

/* The first is for everybody who asks for none of them.  The body is the certificate in DER, with a chain in PEM. */
static const char *const accepted[] = {
	"application/pem-certificate-chain",
	"application/pkix-cert",
	"application/pkcs7-mime",
};
static const struct format {
	const char *type;
	int (*add)(struct buf *body, const void *der, size_t len, const char *chain, struct problem *p);
} formats[ARRAY_LEN(accepted)] = {
	{ "application/pem-certificate-chain", add_pem },
	{ "application/pkix-cert", add_der },
	{ "application/pkcs7-mime; smime-type=certs-only", crt_add_pkcs7 }, /* RFC 8551 3.8 */
};

static char *chain_url(const struct id *certificate, unsigned chain)
{
	char number[12];

	if (chain == 0)
		return link_id(LINK_CERTIFICATE, certificate);
	snprintf(number, sizeof(number), "%u", chain);
	return link_word(LINK_ALTERNATE, certificate, number);
}

/* No rel=up: it would make clients append what it leads to (conformance S7). */
static void link_alternates(struct exchange *x, unsigned chain, unsigned n_alternates)
{
	for (unsigned i = 0; i <= n_alternates; i++) {
		auto_free char *url = chain_url(&x->args.id, i);

		if (i != chain)
			res_link(&x->res, url, "alternate");
	}
}

int certificate_reply(struct exchange *x, unsigned chain, struct problem *p)
{
	const struct format           *format = &formats[accept_pick(x->req->accept, accepted, ARRAY_LEN(accepted))];
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free void                *der = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x), db_id(&x->args.id), db_int(chain) };
	size_t                         len = 0;
	int                            r = exchange_call(x, DB_WEB_CERTIFICATE_GET, args, &rows, p);

	if (r < 0)
		return r;
	der = row_bytes(rows, 0, "certificate", &len);
	if (!der)
		return problem_set(p, PROB_INTERNAL, "certificate has no bytes");
	link_alternates(x, chain, (unsigned)row_int(rows, 0, "alternates"));
	x->res.status = 200;
	x->res.type = format->type;
	return format->add(&x->res.body, der, len, row_text(rows, 0, "chain"), p);
}

static int read_certificate(struct exchange *x, struct problem *p)
{
	return certificate_reply(x, 0, p);
}

const struct resource rt_certificate = {
	.name = "certificate",
	.path = LINK_CERTIFICATE,
	.summary = "A certificate and its chain, as PEM, DER or PKCS #7",
	.auth = AUTH_KID,
	.read = read_certificate,
};

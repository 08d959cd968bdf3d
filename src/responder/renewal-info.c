/* SPDX-License-Identifier: BSD-2-Clause */
/* renewalInfo (RFC 9773 4): open to everybody, since monitors ask too. */
#include "acme/link.h"
#include "acme/renewal.h"
#include "base/clk.h"
#include "json/js.h"
#include "pki/cert-id.h"
#include "responder/exchange.h"

#define MAX_AGE 3600 /* seconds: a revocation shows before the next time a client asks */

static struct json_object *window_json(const struct db_rows *rows)
{
	struct json_object *object = js_new_object(), *window = js_new_object();
	const bool          revoked = row_is(rows, 0, "status", "revoked");
	struct renewal      r =
		renewal_window(revoked, row_time(rows, 0, "not_before"), row_time(rows, 0, "not_after"), clk_now());

	js_add_time(window, "start", r.start);
	js_add_time(window, "end", r.end);
	js_add(object, "suggestedWindow", window);
	return object;
}

static int get(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	struct cert_id                 cert;
	struct id                      id;
	int                            r;

	r = cert_id_from_text(x->args.rest, &cert, p);
	if (r < 0)
		return r;
	if (!cert_id_to_id(&cert, &id))
		return problem_set(p, PROB_NOT_FOUND, "no such certificate");
	r = worker_call(x->worker, DB_WEB_CERTIFICATE_RENEWAL,
	                (struct db_arg[]){ db_id(&id), db_bytes(cert.key_id, cert.key_id_len) }, &rows, p);
	if (r < 0)
		return r;
	res_retry_after(&x->res, (unsigned)(RENEWAL_POLL / CLK_SECOND));
	x->res.max_age = MAX_AGE;
	exchange_json(x, 200, window_json(rows));
	return 0;
}

const struct resource rt_renewal_info = {
	.name = "renewalInfo",
	.path = LINK_RENEWAL_INFO "/*",
	.summary = "When to renew a certificate",
	.in_directory = true,
	.get = get,
};

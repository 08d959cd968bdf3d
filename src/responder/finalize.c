/* SPDX-License-Identifier: BSD-2-Clause */
/* finalize (RFC 8555 7.4). */
#include <string.h>
#include <time.h>

#include "acme/link.h"
#include "base/b64u.h"
#include "base/clk.h"
#include "base/mem.h"
#include "json/js.h"
#include "pki/csr.h"
#include "responder/order.h"

struct finalize_request {
	const char *csr;
};

static const struct js_field fields[] = {
	JS_STRING(struct finalize_request, csr, "csr", JS_REQUIRED, B64U_LEN((size_t)CSR_MAX)),
	JS_END,
};

/*
 * The order's profile is not known here, so the key has to be of a type that some profile permits; the signer holds it
 * against the order's own.
 */
static int decode_csr(const struct exchange *x, const char *text, struct csr **ret, struct problem *p)
{
	size_t             size = B64U_MAX_BYTES(strlen(text)), len = 0;
	auto_free uint8_t *der = xcalloc(1, size);

	if (!b64u_decode(text, strlen(text), der, size, &len))
		return problem_set(p, PROB_MALFORMED, "csr is not base64url of a DER PKCS #10 request");
	return csr_from_der(der, len, &x->worker->key_types, ret, p);
}

static struct json_object *names_json(const struct csr *csr)
{
	struct json_object *names = js_new_array();

	for (size_t i = 0; i < csr->n_idents; i++)
		js_append_text(names, csr->idents[i].value);
	return names;
}

/* draft-ietf-acme-profiles 4: the order's profile may be gone since. */
static struct json_object *profiles_json(const struct conf *conf)
{
	struct json_object *titles = js_new_array();

	for (size_t i = 0; i < conf->n_profiles; i++)
		js_append_text(titles, conf->profiles[i].title);
	return titles;
}

static int call(struct exchange *x, const struct csr *csr, struct db_rows **ret, struct problem *p)
{
	auto_(json) struct json_object *names = names_json(csr);
	auto_(json) struct json_object *profiles = profiles_json(x->worker->conf);
	size_t                          len;

	const struct db_arg args[] = {
		EXCHANGE_SIGNED(x),
		db_id(&x->args.id),
		db_text(js_text(names, &len)),
		db_bytes(csr->spki->der, csr->spki->der_len),
		db_text(csr->spki->thumbprint),
		db_text(js_text(profiles, &len)),
	};

	return exchange_call(x, DB_WEB_ORDER_FINALIZE, args, ret, p);
}

/* One look at the order; what was known before stays when the database does not answer. */
static void poll_order(struct exchange *x, struct db_rows **rows)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(db_rows) struct db_rows     *fresh = NULL;
	const struct db_arg                args[] = { db_id(&x->account), db_id(&x->args.id) };

	if (worker_call(x->worker, DB_WEB_ORDER_POLL, args, &fresh, &p) < 0)
		return;
	db_rows_free(*rows);
	*rows = steal(fresh);
}

/* Most certificates are there within milliseconds, and the client is spared a poll. */
static void wait_for_certificate(struct exchange *x, struct db_rows **rows)
{
	static const unsigned pauses[] = { 2, 4, 8, 16, 25 }; /* milliseconds; the last one repeats */
	int64_t               deadline = clk_mono() + x->worker->conf->responder.finalize_wait;

	for (size_t i = 0; row_is(*rows, 0, "status", "processing") && clk_mono() < deadline; i++) {
		unsigned              ms = pauses[i < ARRAY_LEN(pauses) ? i : ARRAY_LEN(pauses) - 1];
		const struct timespec pause = { .tv_nsec = (long)ms * 1000000 };

		nanosleep(&pause, NULL);
		poll_order(x, rows);
	}
}

/* For the signer, or for the validators when CAA records are to be checked first. */
static void ring(struct exchange *x, const struct db_rows *rows)
{
	const char *bell = row_text(rows, 0, "bell");

	if (bell)
		worker_ring(x->worker, bell);
}

static int finalize(struct exchange *x, const void *payload, struct problem *p)
{
	const struct finalize_request *f = payload;
	auto_(csr) struct csr         *csr = NULL;
	auto_(db_rows) struct db_rows *rows = NULL;
	int                            r;

	r = decode_csr(x, f->csr, &csr, p);
	if (r == 0)
		r = call(x, csr, &rows, p);
	if (r != 0)
		return r;
	ring(x, rows);
	wait_for_certificate(x, &rows);
	return order_reply(x, 200, rows, p);
}

const struct resource rt_finalize = {
	.name = "finalize",
	.path = LINK_FINALIZE,
	.summary = "Hands in the CSR of an order that is ready",
	.auth = AUTH_KID,
	.fields = fields,
	.fields_size = sizeof(struct finalize_request),
	.write = finalize,
};

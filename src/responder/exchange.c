/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/exchange.h"

void exchange_clear(struct exchange *x)
{
	res_clear(&x->res);
	jws_free(x->jws);
	jwk_free(x->own_key);
	json_object_put(x->payload);
	free(x->fields);
}

int exchange_call(struct exchange *x, enum db_call_id id, const struct db_arg *args, struct db_rows **ret,
                  struct problem *p)
{
	int r = worker_call(x->worker, id, args, ret, p);

	x->nonce_spent = r != -PROB_STALE_KEY;
	/*
	 * The nonce was ours and yet is refused: its key may have been retired,
	 * and the next nonce must be good (S22).
	 */
	if (r == -PROB_BAD_NONCE)
		worker_reload_nonce_keys(x->worker, 0);
	return r;
}

int exchange_read_public(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x) };
	int                            r = exchange_call(x, DB_WEB_ACCOUNT_GET, args, &rows, p);

	return r < 0 ? r : x->resource->get(x, p);
}

void exchange_json(struct exchange *x, int status, struct json_object *object)
{
	res_json(&x->res, status, "application/json", object);
}

void exchange_come_back(struct exchange *x, const struct db_rows *rows)
{
	unsigned least = worker_retry_after(x->worker), asked = (unsigned)row_int(rows, 0, "retry_after");

	if (!row_is_null(rows, 0, "retry_after"))
		res_retry_after(&x->res, asked > least ? asked : least);
}

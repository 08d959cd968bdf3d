/* SPDX-License-Identifier: BSD-2-Clause */
/* order (RFC 8555 7.1.3, 7.4). */
#include "responder/order.h"

#include "acme/link.h"
#include "acme/render.h"

/* Clients poll what Location says here (conformance S5). */
int order_reply(struct exchange *x, int status, const struct db_rows *rows, struct problem *p)
{
	struct id id;

	if (!row_id(rows, 0, "id", &id))
		return problem_set(p, PROB_INTERNAL, "order has no id");
	res_location(&x->res, link_id(LINK_ORDER, &id));
	exchange_come_back(x, rows);
	exchange_json(x, status, render_order(rows));
	return 0;
}

static int read_order(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x), db_id(&x->args.id) };
	int                            r = exchange_call(x, DB_WEB_ORDER_GET, args, &rows, p);

	return r < 0 ? r : order_reply(x, 200, rows, p);
}

const struct resource rt_order = {
	.name = "order",
	.path = LINK_ORDER,
	.summary = "An order",
	.auth = AUTH_KID,
	.read = read_order,
};

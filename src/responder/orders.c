/* SPDX-License-Identifier: BSD-2-Clause */
/* orders: the list in pages, newest first (RFC 8555 7.1.2.1).  A cursor is the order where the next page begins. */
#include <string.h>

#include "acme/link.h"
#include "acme/render.h"
#include "base/mem.h"
#include "responder/account.h"

#define PAGE   100 /* orders */
#define CURSOR "?cursor="

/* *ret: what goes before it is wanted; NULL, so all, when there is no query. */
static int take_cursor(const struct request *req, struct id *storage, const struct id **ret, struct problem *p)
{
	const char *query = req->target + strlen(req->path), *text = query + strlen(CURSOR);

	*ret = NULL;
	if (!*query)
		return 0;
	if (strncmp(query, CURSOR, strlen(CURSOR)) != 0 || !id_from_text(text, strlen(text), storage))
		return problem_set(p, PROB_MALFORMED, "query is not one that a next link has");
	*ret = storage;
	return 0;
}

static void link_next(struct exchange *x, const struct id *cursor)
{
	char            text[ID_TEXT_LEN + 1];
	auto_free char *first = link_id(LINK_ORDERS, &x->account), *next = NULL;

	id_to_text(cursor, text);
	next = xasprintf("%s" CURSOR "%s", first, text);
	res_link(&x->res, next, "next");
}

static int read_orders(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct id               *cursor;
	struct id                      storage, next;
	int                            r = account_check_own(x, p);

	if (r == 0)
		r = take_cursor(x->req, &storage, &cursor, p);
	if (r == 0) {
		const struct db_arg args[] = { EXCHANGE_SIGNED(x), db_id(cursor), db_int(PAGE) };

		r = exchange_call(x, DB_WEB_ACCOUNT_ORDERS, args, &rows, p);
	}
	if (r < 0)
		return r;
	if (row_id(rows, 0, "next", &next))
		link_next(x, &next);
	exchange_json(x, 200, render_orders(rows));
	return 0;
}

const struct resource rt_orders = {
	.name = "orders",
	.path = LINK_ORDERS,
	.summary = "The orders of an account that are not invalid, in pages",
	.auth = AUTH_KID,
	.read = read_orders,
};

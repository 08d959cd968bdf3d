/* SPDX-License-Identifier: BSD-2-Clause */
/* orders: the list in pages, newest first (RFC 8555 7.1.2.1).  A cursor is the last order of the page before. */
#include <string.h>

#include "acme/link.h"
#include "acme/render.h"
#include "base/mem.h"
#include "responder/account.h"

#define PAGE   100 /* orders */
#define CURSOR "?cursor="

/* The query is the one that a next link has, or there is none. */
static int take_cursor(const struct request *req, struct id *ret, bool *ret_given, struct problem *p)
{
	const char  *query = req->target + strlen(req->path);
	const size_t skip = strlen(CURSOR);

	*ret_given = *query != '\0';
	if (*ret_given && (strncmp(query, CURSOR, skip) != 0 || !id_from_text(query + skip, strlen(query + skip), ret)))
		return problem_set(p, PROB_MALFORMED, "query is not one that a next link has");
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
	struct id                      cursor, next;
	bool                           given = false;
	int                            r = account_check_own(x, p);

	if (r == 0)
		r = take_cursor(x->req, &cursor, &given, p);
	if (r == 0) {
		const struct db_arg args[] = { EXCHANGE_SIGNED(x), db_id(given ? &cursor : NULL), db_int(PAGE) };

		r = exchange_call(x, DB_WEB_ACCOUNT_ORDERS, args, &rows, p);
	}
	if (r != 0)
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

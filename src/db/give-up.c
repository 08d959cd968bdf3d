/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/give-up.h"

#include "base/clk.h"
#include "base/log.h"

static bool gave_up(const struct db_rows *rows)
{
	char      text[ID_TEXT_LEN + 1];
	struct id object;

	if (!row_id(rows, 0, "object", &object))
		return false;
	id_to_text(&object, text);
	if (!row_is_null(rows, 0, "failure"))
		log_event(LOGL_ERROR, "cannot-give-up", "object", text, "reason", row_text(rows, 0, "failure"), NULL);
	return true;
}

int db_give_up(struct db *db, enum db_call_id call, int64_t slice, bool *ret_more, struct problem *p)
{
	const int64_t until = clk_mono() + slice;
	bool          more = true;

	while (more && clk_mono() < until) {
		auto_(db_rows) struct db_rows *rows = NULL;
		int                            r = db_call(db, call, NULL, &rows, p);

		if (r < 0)
			return r;
		more = gave_up(rows);
	}
	*ret_more = more;
	return 0;
}

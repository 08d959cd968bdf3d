/* SPDX-License-Identifier: BSD-2-Clause */
/* Ending validations whose time is over: what validators and signers both do, in between. */
#ifndef CHERT_DB_GIVE_UP_H
#define CHERT_DB_GIVE_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

/*
 * call: DB_VA_GIVE_UP or DB_SIGN_GIVE_UP, one validation each, until none is left or for so many microseconds, when there
 * may be more.  Logs what could not be ended, and goes on.
 */
int db_give_up(struct db *db, enum db_call_id call, int64_t slice, bool *ret_more, struct problem *p) NONNULL(1, 4, 5)
	CHECK_RESULT;

#endif

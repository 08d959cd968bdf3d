/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the web calls (calls.def) as the JSON objects of RFC 8555 7.1. */
#ifndef CHERT_ACME_RENDER_H
#define CHERT_ACME_RENDER_H

#include <json-c/json.h>

#include "db/db.h"

/* Each takes row 0 of a result with the columns of its object; new reference. */
struct json_object *render_account(const struct db_rows *rows) NONNULL(1);
struct json_object *render_orders(const struct db_rows *rows) NONNULL(1);
struct json_object *render_order(const struct db_rows *rows) NONNULL(1);
struct json_object *render_authorization(const struct db_rows *rows) NONNULL(1);
struct json_object *render_challenge(const struct db_rows *rows) NONNULL(1);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the web calls (calls.def) as the JSON objects of RFC 8555 7.1. */
#ifndef CHERT_ACME_RENDER_H
#define CHERT_ACME_RENDER_H

#include <json-c/json.h>

#include "base/conf.h"
#include "base/id.h"
#include "db/db.h"

/* For the challenges that name them (draft-ietf-acme-dns-persist). */
struct render_parties {
	const struct id        *account;
	const struct conf_list *issuers; /* caa-identities */
};

struct json_object *render_texts(const struct conf_list *list) NONNULL(1);

/* Each takes row 0 of a result with the columns of its object; new reference. */
struct json_object *render_account(const struct db_rows *rows) NONNULL(1);
struct json_object *render_orders(const struct db_rows *rows) NONNULL(1);
struct json_object *render_order(const struct db_rows *rows) NONNULL(1);
struct json_object *render_authorization(const struct db_rows *rows, const struct render_parties *parties)
	NONNULL(1, 2);
struct json_object *render_challenge(const struct db_rows *rows, const struct render_parties *parties) NONNULL(1, 2);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One request on its way through a worker: what came in, what the gate learned of it, and what goes out. */
#ifndef CHERT_RESPONDER_EXCHANGE_H
#define CHERT_RESPONDER_EXCHANGE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "acme/nonce.h"
#include "base/id.h"
#include "base/problem.h"
#include "db/db.h"
#include "pki/jwk.h"
#include "pki/jws.h"
#include "responder/req.h"
#include "responder/res.h"
#include "responder/resource.h"
#include "responder/route.h"
#include "responder/worker.h"

struct exchange {
	struct worker         *worker;
	const struct request  *req;
	const struct resource *resource; /* NULL: no such path */
	struct route_args      args;
	struct response        res;
	const char            *ring; /* channel to ring once the response is out; static text */

	/* Set by the gate, step by step. */
	const char         *step; /* name of the last step */
	struct jws         *jws;
	struct nonce        nonce;
	bool                nonce_spent;
	bool                verified; /* the signature was */
	struct id           account;  /* with kid */
	bool                has_account;
	int64_t             key_version;
	bool                key_cached; /* key came from the cache, so the account may have another one by now */
	const struct jwk   *key;        /* that verified the signature: own_key, or borrowed from the cache */
	struct jwk         *own_key;    /* with jwk */
	struct json_object *payload;
	void               *fields;
};

void exchange_clear(struct exchange *x) NONNULL(1);

/* The parameters that every authenticated call starts with (calls.def). */
#define EXCHANGE_SIGNED(x) \
	db_id(&(x)->account), db_int((x)->key_version), db_id(&(x)->nonce.id), db_int((x)->nonce.key_id)

/* The one SQL call of a request: db_call(), after which the nonce counts as spent, unless the key turned out stale. */
int exchange_call(struct exchange *x, enum db_call_id id, const struct db_arg *args, struct db_rows **ret,
                  struct problem *p) NONNULL(1, 3, 4, 5) CHECK_RESULT;

/*
 * The `read` of a resource that anybody may GET: the same answer (RFC 8555 6.3), once the account was read, which is
 * what checks account and nonce.
 */
int exchange_read_public(struct exchange *x, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

/* An application/json body; takes ownership of the object. */
void exchange_json(struct exchange *x, int status, struct json_object *object) NONNULL(1, 3);
/*
 * When row 0 waits for something (retry_after), asks the client to come back then,
 * but not before the configured time.
 */
void exchange_come_back(struct exchange *x, const struct db_rows *rows) NONNULL(1, 2);

#endif

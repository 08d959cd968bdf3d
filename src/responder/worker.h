/* SPDX-License-Identifier: BSD-2-Clause */
/* What one worker process holds between requests: the database connection, nonce keys, account keys. */
#ifndef CHERT_RESPONDER_WORKER_H
#define CHERT_RESPONDER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "acme/nonce.h"
#include "base/conf.h"
#include "base/problem.h"
#include "db/db.h"
#include "responder/key-cache.h"

struct worker {
	const struct conf *conf;
	const char        *base_path; /* the path of conf->base_url, "" or "/acme" */
	struct db         *db;        /* NULL until the server was there once */
	int64_t            db_tried;  /* clk_mono() of the last attempt to connect */
	struct key_cache  *keys;
	struct nonce_keys  nonce_keys;
	int64_t            nonce_keys_tried; /* clk_mono() of the last attempt to load them */
	int64_t            nonce_keys_loaded;
	struct conf_list   key_types; /* of all profiles; items borrowed from conf */
};

/*
 * The configuration must outlive the worker.  An absent database server is no failure: requests get 503 until it is
 * there.  PROB_CONFIG: the database does not fit this program.
 */
int  worker_new(const struct conf *conf, struct worker **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
void worker_free(struct worker *w);
DEFINE_FREEP(worker, struct worker *, worker_free);

/* db_call() on the worker's connection; PROB_UNAVAILABLE (with retry_after) when there is none. */
int worker_call(struct worker *w, enum db_call_id id, const struct db_arg *args, struct db_rows **ret,
                struct problem *p) NONNULL(1, 4, 5) CHECK_RESULT;
/* The problem of a worker without a database. */
int worker_unavailable(const struct worker *w, struct problem *p) NONNULL(1, 2);
/* Tells the daemons of a channel that there is work.  They find it without, so that a failure is only logged. */
void worker_ring(struct worker *w, const char *channel) NONNULL(1, 2);

/* Loads the nonce keys when they are missing or old; PROB_UNAVAILABLE: there are none. */
int worker_need_nonce_keys(struct worker *w, struct problem *p) NONNULL(1, 2) CHECK_RESULT;
/* A fresh nonce; false while no key could be loaded yet.  out: NONCE_LEN + 1. */
bool worker_make_nonce(struct worker *w, char *out) NONNULL(1, 2) CHECK_RESULT;
/* nonce_check() with the worker's keys, loaded again if the nonce names one that is not among them. */
int worker_check_nonce(struct worker *w, const char *text, struct nonce *ret, struct problem *p) NONNULL(1, 2, 3, 4)
	CHECK_RESULT;
/* Loads the nonce keys unless that was tried less than min_interval ago. */
void worker_reload_nonce_keys(struct worker *w, int64_t min_interval) NONNULL(1);

/* The setting in whole seconds, at least 1. */
unsigned worker_retry_after(const struct worker *w) NONNULL(1);

#endif

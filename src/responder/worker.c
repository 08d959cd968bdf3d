/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/worker.h"

#include <string.h>

#include "acme/link.h"
#include "acme/policy.h"
#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"

#define NONCE_KEYS_MAX_AGE CLK_MINUTE

unsigned worker_retry_after(const struct worker *w)
{
	int64_t seconds = (w->conf->responder.retry_after + CLK_SECOND - 1) / CLK_SECOND;

	return seconds < 1 ? 1 : (unsigned)seconds;
}

int worker_unavailable(const struct worker *w, struct problem *p)
{
	int r = problem_set(p, PROB_UNAVAILABLE, "database is not available");

	p->retry_after = worker_retry_after(w);
	return r;
}

/* Connects the first time; after that db_call() reconnects by itself. */
static int connect_db(struct worker *w, struct problem *p)
{
	int64_t now = clk_mono();

	if (w->db)
		return 0;
	if (w->db_tried && now - w->db_tried < CLK_SECOND)
		return worker_unavailable(w, p);
	w->db_tried = now;
	return db_open(w->conf, DB_WEB, "chert-responder", &w->db, p);
}

int worker_call(struct worker *w, enum db_call_id id, const struct db_arg *args, struct db_rows **ret,
                struct problem *p)
{
	int r = connect_db(w, p);

	if (r == 0)
		r = db_call(w->db, id, args, ret, p);
	if (r == -PROB_UNAVAILABLE && p->retry_after == 0)
		p->retry_after = worker_retry_after(w);
	return r;
}

void worker_ring(struct worker *w, const char *channel)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(db_rows) struct db_rows     *rows = NULL;
	const struct db_arg                args[] = { db_text(channel) };

	if (worker_call(w, DB_WEB_RING, args, &rows, &p) < 0)
		log_problem(LOGL_DEBUG, "ring", &p, "channel", channel, NULL);
}

static void take_nonce_keys(struct worker *w, const struct db_rows *rows)
{
	struct nonce_keys keys = { .n = 0 };

	for (size_t i = 0; i < db_n_rows(rows); i++) {
		size_t             len = 0;
		auto_free uint8_t *key = row_bytes(rows, i, "key", &len);

		if (key && len == NONCE_KEY_LEN)
			nonce_keys_add(&keys, row_int(rows, i, "id"), row_time(rows, i, "active_from"), key);
	}
	w->nonce_keys = keys;
	w->nonce_keys_loaded = clk_mono();
}

void worker_reload_nonce_keys(struct worker *w, int64_t min_interval)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(db_rows) struct db_rows     *rows = NULL;
	int64_t                            now = clk_mono();

	if (w->nonce_keys_tried && now - w->nonce_keys_tried < min_interval)
		return;
	w->nonce_keys_tried = now;
	if (worker_call(w, DB_WEB_NONCE_KEYS, NULL, &rows, &p) == 0)
		take_nonce_keys(w, rows);
	else
		log_problem(LOGL_WARNING, "nonce-keys", &p, NULL);
}

static void refresh_nonce_keys(struct worker *w)
{
	if (w->nonce_keys.n == 0 || clk_mono() - w->nonce_keys_loaded > NONCE_KEYS_MAX_AGE)
		worker_reload_nonce_keys(w, CLK_SECOND);
}

int worker_need_nonce_keys(struct worker *w, struct problem *p)
{
	refresh_nonce_keys(w);
	return w->nonce_keys.n > 0 ? 0 : worker_unavailable(w, p);
}

bool worker_make_nonce(struct worker *w, char *out)
{
	refresh_nonce_keys(w);
	return nonce_make(&w->nonce_keys, clk_now(), out);
}

static int check_nonce(const struct worker *w, const char *text, struct nonce *ret, bool *ret_unknown_key,
                       struct problem *p)
{
	return nonce_check(&w->nonce_keys, text, clk_now(), w->conf->responder.nonce_lifetime, ret, ret_unknown_key, p);
}

int worker_check_nonce(struct worker *w, const char *text, struct nonce *ret, struct problem *p)
{
	bool unknown_key = false;
	int  r = worker_need_nonce_keys(w, p);

	if (r < 0)
		return r;
	r = check_nonce(w, text, ret, &unknown_key, p);
	if (r == 0 || !unknown_key)
		return r;
	worker_reload_nonce_keys(w, CLK_SECOND);
	problem_clear(p);
	return check_nonce(w, text, ret, &unknown_key, p);
}

/* What follows the host in base-url, which conf_load() has checked to be https://host[:port]/path. */
static const char *path_of(const char *base_url)
{
	const char *host = strstr(base_url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;

	return path ? path : "";
}

int worker_new(const struct conf *conf, struct worker **ret, struct problem *p)
{
	auto_(worker) struct worker *w = xcalloc(1, sizeof(*w));
	int                          r;

	w->conf = conf;
	w->base_path = path_of(conf->base_url);
	w->keys = key_cache_new();
	w->key_types = policy_key_types(conf);
	link_setup(conf->base_url);
	r = connect_db(w, p);
	if (r < 0 && r != -PROB_UNAVAILABLE)
		return r;
	if (r < 0) {
		log_problem(LOGL_WARNING, "database", p, NULL);
		problem_clear(p);
	}
	/* Before it is needed: nonces then survive a database that goes away. */
	if (w->db)
		worker_reload_nonce_keys(w, 0);
	*ret = steal(w);
	return 0;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	db_free(w->db);
	key_cache_free(w->keys);
	free(w->key_types.items);
	explicit_bzero(&w->nonce_keys, sizeof(w->nonce_keys));
	free(w);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/gate.h"

#include <assert.h>
#include <string.h>

#include "acme/link.h"
#include "base/mem.h"
#include "json/js.h"

static const struct js_limits payload_limits = { .max_bytes = 1048576, .max_depth = 8, .max_members = 256 };

/* RFC 8555 6.2 */
static int step_media_type(struct exchange *x, struct problem *p)
{
	if (!req_has_type(x->req, "application/jose+json"))
		return problem_set(p, PROB_UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/jose+json");
	return 0;
}

static int step_size(struct exchange *x, struct problem *p)
{
	int64_t max = x->worker->conf->responder.max_request;

	if (x->req->content_length > (size_t)max)
		return problem_set(p, PROB_TOO_LARGE, "request body of %zu bytes exceeds %lld", x->req->content_length,
		                   (long long)max);
	if (!x->req->body)
		return problem_set(p, PROB_MALFORMED, "request has no body");
	return 0;
}

static int step_jws(struct exchange *x, struct problem *p)
{
	return jws_decode(x->req->body, x->req->content_length, &x->jws, p);
}

/* RFC 8555 6.2: which resource is signed how. */
static int step_signer(struct exchange *x, struct problem *p)
{
	enum auth auth = x->resource->auth;

	if (x->jws->jwk && auth == AUTH_KID)
		return problem_set(p, PROB_MALFORMED, "jwk is not permitted here: sign with the account and its kid");
	if (x->jws->kid && auth == AUTH_JWK)
		return problem_set(p, PROB_MALFORMED, "kid is not permitted here: sign with the key in jwk");
	return 0;
}

/* RFC 8555 6.4: the very text that chert gave out, whatever a proxy made of host, scheme or port. */
static int step_url(struct exchange *x, struct problem *p)
{
	const char *base = x->worker->conf->base_url;
	size_t      len = strlen(base);

	if (strncmp(x->jws->url, base, len) != 0 || strcmp(x->jws->url + len, x->req->target) != 0)
		return problem_set(p, PROB_UNAUTHORIZED,
		                   "url in the protected header is not that of the request, %s%.200s", base,
		                   x->req->path);
	return 0;
}

static int step_nonce(struct exchange *x, struct problem *p)
{
	return worker_check_nonce(x->worker, x->jws->nonce, &x->nonce, p);
}

static int load_account_key(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_(jwk) struct jwk         *jwk = NULL;
	const struct db_arg            args[] = { db_id(&x->account) };
	int                            r;

	r = worker_call(x->worker, DB_WEB_ACCOUNT_KEY, args, &rows, p);
	if (r < 0)
		return r;
	r = jwk_from_text(row_text(rows, 0, "jwk"), &jwk, p);
	if (r < 0)
		return r;
	x->key = jwk;
	x->key_cached = false;
	x->key_version = row_int(rows, 0, "key_version");
	key_cache_put(x->worker->keys, &x->account, steal(jwk), x->key_version);
	return 0;
}

static int step_key(struct exchange *x, struct problem *p)
{
	int r;

	if (x->jws->jwk) {
		r = jwk_from_json(x->jws->jwk, &x->own_key, p);
		x->key = x->own_key;
		return r;
	}
	if (!link_account_id(x->jws->kid, &x->account))
		return problem_set(p, PROB_MALFORMED, "kid is not an account URL of this server");
	x->has_account = true;
	x->key = key_cache_get(x->worker->keys, &x->account, &x->key_version);
	x->key_cached = x->key != NULL;
	return x->key ? 0 : load_account_key(x, p);
}

/* After a keyChange through another worker it is the new key that signs, so a cached one does not decide alone. */
static int step_signature(struct exchange *x, struct problem *p)
{
	int r = jws_verify(x->jws, x->key, p);

	if (r < 0 && x->key_cached) {
		problem_clear(p);
		r = load_account_key(x, p);
		if (r == 0)
			r = jws_verify(x->jws, x->key, p);
	}
	x->verified = r == 0;
	return r;
}

/* RFC 8555 6.3: the empty payload is POST-as-GET; everything else is an object. */
static int step_payload(struct exchange *x, struct problem *p)
{
	const struct resource *resource = x->resource;
	int                    r;

	if (x->jws->payload_len == 0)
		return resource->read ? 0
		                      : problem_set(p, PROB_MALFORMED, "a payload is needed: %s cannot be read",
		                                    resource->name);
	if (!resource->write)
		return problem_set(p, PROB_MALFORMED, "payload must be empty: %s can only be read", resource->name);
	r = js_parse(x->jws->payload, x->jws->payload_len, &payload_limits, &x->payload, p);
	if (r < 0 || !resource->fields)
		return r;
	x->fields = xcalloc(1, resource->fields_size);
	return js_bind(x->payload, resource->fields, x->fields, p);
}

static int step_handler(struct exchange *x, struct problem *p)
{
	if (x->jws->payload_len == 0)
		return x->resource->read(x, p);
	return x->resource->write(x, x->fields, p);
}

/* clang-format off */
static const struct step {
	const char *name;
	int       (*fn)(struct exchange *x, struct problem *p);
} steps[] = {
	{ "media-type", step_media_type },
	{ "size",       step_size },
	{ "jws",        step_jws },
	{ "signer",     step_signer },
	{ "url",        step_url },
	{ "nonce",      step_nonce },
	{ "key",        step_key },
	{ "signature",  step_signature },
	{ "payload",    step_payload },
	{ "handler",    step_handler },
};
/* clang-format on */

static int run_steps(struct exchange *x, struct problem *p)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		int r;

		x->step = steps[i].name;
		r = steps[i].fn(x, p);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * The account got another key after this worker cached its old one; the call changed nothing.  One more try decides
 * with the key that counts: whether the signature is still good, and then the handler.
 */
static int retry_with_new_key(struct exchange *x, struct problem *p)
{
	int r;

	problem_clear(p);
	res_clear(&x->res);
	x->verified = false;
	key_cache_evict(x->worker->keys, &x->account);
	x->step = "key";
	r = load_account_key(x, p);
	if (r < 0)
		return r;
	x->step = "signature";
	r = step_signature(x, p);
	if (r < 0)
		return r;
	x->step = "handler";
	return step_handler(x, p);
}

/*
 * A signed request that was refused before its SQL call has used its nonce all the same (conformance A65).  If it
 * turns out that the nonce had been used before, that is the answer: a replay must look like one.
 */
static int spend_nonce(struct exchange *x, int failure, struct problem *p)
{
	auto_clear(problem) struct problem spend = PROBLEM_INIT;
	auto_(db_rows) struct db_rows     *rows = NULL;
	const struct db_arg                args[] = { db_id(&x->nonce.id), db_int(x->nonce.key_id) };
	int                                r = exchange_call(x, DB_WEB_NONCE_SPEND, args, &rows, &spend);

	if (r != -PROB_BAD_NONCE)
		return failure;
	problem_clear(p);
	problem_move(p, &spend);
	return r;
}

int gate_run(struct exchange *x, struct problem *p)
{
	int r = run_steps(x, p);

	if (r == -PROB_STALE_KEY)
		r = retry_with_new_key(x, p);
	if (r < 0 && x->verified && !x->nonce_spent)
		r = spend_nonce(x, r, p);
	return r;
}

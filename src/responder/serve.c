/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/serve.h"

#include <stdio.h>
#include <string.h>

#include "acme/link.h"
#include "acme/problem-json.h"
#include "base/clk.h"
#include "base/log.h"
#include "responder/exchange.h"
#include "responder/fcgi.h"
#include "responder/gate.h"
#include "responder/terms.h"

#define AGENT_LOGGED 120

static void add_methods(struct response *res, const char *header, unsigned methods)
{
	auto_clear(buf) struct buf names = BUF_INIT(64);

	req_add_methods(methods, &names);
	res_header(res, header, buf_str(&names));
}

/* RFC 8555 6.1: a page of any origin may be a client (conformance A5, A6). */
static void answer_preflight(struct exchange *x)
{
	x->res.status = 204;
	add_methods(&x->res, "Allow", rt_methods(x->resource));
	add_methods(&x->res, "Access-Control-Allow-Methods", rt_methods(x->resource));
	res_header(&x->res, "Access-Control-Allow-Headers", "Content-Type");
	res_header(&x->res, "Access-Control-Max-Age", "86400");
}

static int dispatch(struct exchange *x, struct problem *p)
{
	x->resource = rt_find(x->req->path, &x->args);
	if (!x->resource)
		return problem_set(p, PROB_NOT_FOUND, "no such resource");
	if (!(rt_methods(x->resource) & x->req->method))
		return problem_set(p, PROB_METHOD_NOT_ALLOWED, "method is not permitted for %s", x->resource->name);
	if (x->req->method == REQ_OPTIONS) {
		answer_preflight(x);
		return 0;
	}
	if (x->req->method != REQ_POST)
		return x->resource->get(x, p);
	return x->resource->submit ? x->resource->submit(x, p) : gate_run(x, p);
}

/* RFC 8555 7.3.3 */
static void add_user_action(struct exchange *x, struct json_object *document)
{
	auto_free char *instance = terms_instance(x);

	js_add_text(document, "instance", instance);
	res_link(&x->res, x->worker->conf->terms_of_service, "terms-of-service");
}

static void answer_problem(struct exchange *x, const struct problem *p)
{
	struct json_object *document = problem_to_wire(p, x->req->id);
	char               *location = p->code == PROB_KEY_IN_USE ? steal(x->res.location) : NULL; /* RFC 8555 7.3.5 */

	res_clear(&x->res);
	if (location)
		res_location(&x->res, location);
	if (p->code == PROB_USER_ACTION_REQUIRED && x->worker->conf->terms_of_service)
		add_user_action(x, document);
	if (p->code == PROB_METHOD_NOT_ALLOWED)
		add_methods(&x->res, "Allow", rt_methods(x->resource));
	if (p->retry_after > 0)
		res_retry_after(&x->res, p->retry_after);
	res_json(&x->res, problem_http(p), "application/problem+json", document);
}

/* RFC 8555 6.5: on every answer to a POST, errors included. */
static void add_nonce(struct exchange *x)
{
	char nonce[NONCE_LEN + 1];
	bool due = x->req->method == REQ_POST ||
	           (x->resource && x->resource->fresh_nonce && x->req->method != REQ_OPTIONS);

	if (due && worker_make_nonce(x->worker, nonce))
		res_header(&x->res, "Replay-Nonce", nonce);
}

static void add_cache_control(struct exchange *x)
{
	char text[40] = "public, max-age=0, no-cache";

	if (x->resource && x->resource->fresh_nonce)
		snprintf(text, sizeof(text), "no-store");
	else if (x->res.max_age > 0)
		snprintf(text, sizeof(text), "public, max-age=%u", x->res.max_age);
	res_header(&x->res, "Cache-Control", text);
}

/* What all responses have in common. */
static void complete(struct exchange *x)
{
	add_nonce(x);
	add_cache_control(x);
	if (x->resource != &rt_directory) {
		auto_free char *directory = link_plain(LINK_DIRECTORY);

		res_link(&x->res, directory, "index"); /* RFC 8555 7.1 */
	}
	if (*x->req->origin) {
		res_header(&x->res, "Access-Control-Allow-Origin", "*");
		res_header(&x->res, "Access-Control-Expose-Headers", "Link, Replay-Nonce, Location, Retry-After");
	}
}

static void log_exchange(const struct exchange *x, const struct problem *p, int64_t started)
{
	char account[ID_TEXT_LEN + 1], status[12], micros[24], agent[AGENT_LOGGED + 1];

	id_to_text(&x->account, account);
	snprintf(status, sizeof(status), "%d", x->res.status);
	snprintf(micros, sizeof(micros), "%lld", (long long)(clk_mono() - started));
	snprintf(agent, sizeof(agent), "%s", x->req->user_agent);
	log_event(LOGL_INFO, "request", "id", x->req->id, "method", x->req->method_text, "path", x->req->path, "status",
	          status, "account", x->has_account ? account : NULL, "problem", p->code ? problem_name(p->code) : NULL,
	          "step", p->code ? x->step : NULL, "us", micros, "remote", x->req->remote_addr, "agent", agent, NULL);
	if (p->code && problem_status(p->code) >= 500)
		log_problem(p->code == PROB_UNAVAILABLE ? LOGL_WARNING : LOGL_ERROR, "request-failed", p, "id",
		            x->req->id, NULL);
}

/* The body of a POST that is not too long; for others the gate finds none and says why. */
static int read_request(struct worker *w, struct fc *fc, struct request *req, struct problem *p)
{
	int r = req_parse(fc_env(fc), w->base_path, req, p);

	if (r < 0 || req->method != REQ_POST || req->content_length > (size_t)w->conf->responder.max_request)
		return r;
	req->body = fc_read(fc, req->content_length);
	if (!req->body)
		return problem_set(p, PROB_MALFORMED, "request body ends before Content-Length");
	return 0;
}

/* mod_fcgid has no parameters of its own for a request, but an environment for its processes. */
static bool is_behind_mod_fcgid(const struct request *req)
{
	const char *server = getenv("CHERT_WEB_SERVER");

	return req->for_mod_fcgid || (server && strcmp(server, "mod_fcgid") == 0);
}

static void serve_one(struct worker *w, struct fc *fc)
{
	int64_t                              started = clk_mono();
	auto_clear(problem) struct problem   p = PROBLEM_INIT;
	auto_clear(req) struct request       req = { 0 };
	auto_clear(exchange) struct exchange x = { .worker = w, .req = &req, .res = RES_INIT };
	auto_clear(buf) struct buf           out = BUF_INIT(2 * (size_t)RES_MAX);
	int                                  r;

	r = read_request(w, fc, &req, &p);
	if (r == 0)
		r = dispatch(&x, &p);
	if (r < 0)
		answer_problem(&x, &p);
	complete(&x);
	res_render(&x.res, req.method == REQ_HEAD, is_behind_mod_fcgid(&req), &out);
	log_exchange(&x, &p, started);
	if (!fc_finish(fc, buf_str(&out), out.len)) /* which ends the life of what req borrows */
		log_event(LOGL_WARNING, "response-lost", "id", req.id, NULL);
	if (x.ring)
		worker_ring(w, x.ring);
}

int serve_run(const struct conf *conf, int listen_fd, struct problem *p)
{
	auto_(worker) struct worker *w = NULL;
	auto_(fc) struct fc         *fc = NULL;
	int                          r;

	r = fc_new(listen_fd, conf->responder.request_timeout, &fc, p);
	if (r == 0)
		r = worker_new(conf, &w, p);
	if (r != 0)
		return r;
	while (fc_accept(fc))
		serve_one(w, fc);
	return 0;
}

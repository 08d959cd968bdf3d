/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8555 8.3: a request for each hop of the way; each hop has its own addresses, and loses only those. */
#include "validator/method.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "validator/dial.h"
#include "validator/excerpt.h"
#include "validator/hop.h"
#include "validator/http-reply.h"

#define WELL_KNOWN    "/.well-known/acme-challenge/"
#define REDIRECTS_MAX 10
#define SHOWN_URL     160 /* in a detail */
#define RECORDED_URL  600
#define SHOWN_BODY    200
#define PLACE_MAX     (SHOWN_URL + 1 + DIAL_SHOWN_MAX)

struct http_01 {
	struct hop         *hops[REDIRECTS_MAX + 1]; /* the last one is what it is at */
	size_t              n_hops;
	struct dial        *dial;
	struct fetch       *fetch;
	struct json_object *shown, *notes; /* of the hop; borrowed from the attempt */
};

static void hop_start(struct attempt *a, struct hop *hop);

static const struct hop *current(const struct http_01 *s)
{
	return s->hops[s->n_hops - 1];
}

static void hop_end(struct http_01 *s)
{
	dial_free(steal(s->dial));
	ft_cancel(steal(s->fetch));
}

static void http_01_cancel(struct attempt *a)
{
	struct http_01 *s = steal(a->state);

	if (!s)
		return;
	hop_end(s);
	for (size_t i = 0; i < s->n_hops; i++)
		hop_free(s->hops[i]);
	free(s);
}

static void finish(struct attempt *a, struct problem *p)
{
	http_01_cancel(a);
	a->done(a, p);
}

/* Begins every detail: which URL, and which addresses were asked. */
static void show_place(const struct attempt *a, char *out, size_t size)
{
	const struct http_01 *s = a->state;
	char                  url[SHOWN_URL], addresses[DIAL_SHOWN_MAX];

	hop_show(current(s), a->token, url, sizeof(url));
	dial_show(s->dial, addresses);
	snprintf(out, size, "%s%s%s", url, *addresses ? " " : "", addresses);
}

static void http_01_where(const struct attempt *a, char *out, size_t size)
{
	const struct http_01 *s = a->state;
	char                  place[PLACE_MAX];

	show_place(a, place, sizeof(place));
	snprintf(out, size, "%s: %s", place, s->fetch ? ft_doing(s->fetch) : "looking for addresses");
}

/* Says of `what` where that was, and ends the attempt. */
static void fail(struct attempt *a, const struct problem *what)
{
	struct problem p = PROBLEM_INIT;
	char           place[PLACE_MAX];

	show_place(a, place, sizeof(place));
	problem_set(&p, what->code, "%s: %s", place, what->detail);
	if (what->cause[0])
		problem_cause(&p, "%s", what->cause);
	finish(a, &p);
}

/* --- what came back */

static bool was_there(const struct http_01 *s, const struct hop *hop)
{
	for (size_t i = 0; i < s->n_hops; i++)
		if (strcmp(s->hops[i]->url, hop->url) == 0)
			return true;
	return false;
}

/*
 * An address that the policy refuses is never shown, so it is no hop that could be.  Names are looked up and judged
 * when it is their turn (RFC 8555 10.4).
 */
static int check_next(const struct attempt *a, const struct hop *next, struct problem *p)
{
	const struct http_01 *s = a->state;
	const char           *refusal = next->literal ? addr_refusal(a->env->policy, &next->addr) : NULL;

	if (refusal) {
		js_add_text(s->notes, "redirectRefused", next->url);
		problem_set(p, PROB_FORBIDDEN_ADDRESS, "redirect to an address that this CA may not connect to");
		return problem_cause(p, "%s: %s", next->host, refusal);
	}
	if (was_there(s, next))
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to a URL that was asked before, which is a loop");
	if (s->n_hops == ARRAY_LEN(s->hops))
		return problem_set(p, PROB_UNAUTHORIZED, "more redirects than %d", REDIRECTS_MAX);
	return 0;
}

static int next_hop(const struct attempt *a, const struct http_reply *reply, struct hop **ret, struct problem *p)
{
	const struct conf_validator *conf = &a->env->conf->validator;
	const struct hop_ports       ports = { (uint16_t)conf->http_port, (uint16_t)conf->https_port };
	const struct http_01        *s = a->state;
	auto_(hop) struct hop       *next = NULL;
	int                          r;

	if (reply->location.len == 0)
		return problem_set(p, PROB_UNAUTHORIZED, "status is %ld without a usable Location", reply->status);
	r = hop_redirect(current(s), buf_str(&reply->location), &ports, &next, p);
	if (r == 0)
		r = check_next(a, next, p);
	if (r < 0)
		return r;
	*ret = steal(next);
	return 0;
}

static void follow(struct attempt *a, const struct http_reply *reply)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct hop                        *next = NULL;

	if (next_hop(a, reply, &next, &p) < 0)
		fail(a, &p);
	else
		hop_start(a, next);
}

static void judge(struct attempt *a, const struct http_reply *reply)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct http_01              *s = a->state;
	char                               body[SHOWN_BODY];

	if (http_reply_judge(reply, a->key_authorization, &p) == 0) {
		finish(a, &p);
		return;
	}
	excerpt(body, sizeof(body), buf_str(&reply->body), reply->body.len, a->token);
	js_add_text(s->notes, "body", body);
	problem_cause(&p, "body begins '%s'", body);
	fail(a, &p);
}

static bool ask_next(struct attempt *a, const struct problem *before);

static void on_reply(void *arg, const struct http_reply *reply, const struct problem *p, bool unreachable)
{
	struct attempt *a = arg;
	struct http_01 *s = a->state;

	s->fetch = NULL;
	if (reply)
		js_add_int(s->shown, "status", reply->status);
	if (!reply && unreachable && ask_next(a, p))
		return;
	if (!reply)
		fail(a, p);
	else if (http_reply_is_redirect(reply))
		follow(a, reply);
	else
		judge(a, reply);
}

/* --- the way there */

/* Whether there is one more address of this hop; `before` is what came of the last one, NULL at first. */
static bool ask_next(struct attempt *a, const struct problem *before)
{
	struct http_01 *s = a->state;
	struct addr     addr;

	if (!dial_next(s->dial, before, &addr))
		return false;
	s->fetch = ft_get(a->env->ft, current(s), &addr, on_reply, a);
	return true;
}

static void on_dial(void *arg, struct problem *p)
{
	struct attempt *a = arg;
	bool            asked;

	if (p) {
		fail(a, p);
		return;
	}
	asked = ask_next(a, NULL);
	assert(asked);
}

static void record_hop(const struct attempt *a, struct http_01 *s)
{
	char url[RECORDED_URL];

	hop_show(current(s), NULL, url, sizeof(url));
	s->shown = js_new_object();
	js_add_text(s->shown, "url", url);
	js_append(a->shown, s->shown);
	s->notes = js_new_object();
	js_add_text(s->notes, "url", current(s)->url);
	js_append(js_member_array(a->record, "hops"), s->notes);
}

/* Takes ownership of hop. */
static void hop_start(struct attempt *a, struct hop *hop)
{
	struct http_01 *s = a->state;

	hop_end(s);
	s->hops[s->n_hops++] = hop;
	record_hop(a, s);
	s->dial = dial_new(a->env,
	                   &(struct dial_target){
				   .host = hop->host,
				   .literal = hop->literal ? &hop->addr : NULL,
				   .port = hop->port,
			   },
	                   s->shown, s->notes, on_dial, a);
}

static void http_01_start(struct attempt *a)
{
	auto_free char *path = xasprintf(WELL_KNOWN "%s", a->token);

	a->state = xcalloc(1, sizeof(struct http_01));
	hop_start(a, hop_first(a->identifier, (uint16_t)a->env->conf->validator.http_port, path));
}

const struct method method_http_01 = {
	.name = "http-01",
	.late = PROB_CONNECTION,
	.start = http_01_start,
	.cancel = http_01_cancel,
	.where = http_01_where,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8555 8.3 */
#include "validator/method.h"

#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "validator/excerpt.h"
#include "validator/hop.h"

#define WELL_KNOWN    "/.well-known/acme-challenge/"
#define REDIRECTS_MAX 10
#define FAMILIES      2
#define PER_FAMILY    2 /* addresses of one family that are tried */
#define SHOWN_BODY    80
#define SHOWN_URL     160
#define SHOWN_ADDRS   8

struct http_01 {
	struct hop         *hop;
	unsigned            n_redirects;
	struct rs_query    *queries[FAMILIES]; /* IPv6 first */
	struct problem      failed[FAMILIES];  /* of the look-ups */
	struct addr         addrs[FAMILIES][PER_FAMILY];
	size_t              n_addrs[FAMILIES];
	size_t              n_refused, next;
	struct addr         refused;
	struct fetch       *fetch;
	struct json_object *hops, *hop_record; /* borrowed from the attempt's record */
	struct json_object *tried;             /* likewise */
};

static const enum dns_type family_type[FAMILIES] = { DNS_AAAA, DNS_A };

static void hop_start(struct attempt *a, struct hop *hop);

static void hop_clear(struct http_01 *s)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		rs_cancel(s->queries[i]);
		s->queries[i] = NULL;
		problem_clear(&s->failed[i]);
		s->n_addrs[i] = 0;
	}
	ft_cancel(s->fetch);
	s->fetch = NULL;
	s->n_refused = s->next = 0;
	hop_free(s->hop);
	s->hop = NULL;
}

static void http_01_cancel(struct attempt *a)
{
	struct http_01 *s = steal(a->state);

	if (!s)
		return;
	hop_clear(s);
	free(s);
}

static void finish(struct attempt *a, struct problem *p)
{
	http_01_cancel(a);
	a->done(a, p);
}

/* The same text begins every detail: which URL, and the address that was asked. */
static void show_place(const struct attempt *a, char *out, size_t size)
{
	const struct http_01 *s = a->state;
	char                  url[SHOWN_URL], address[ADDR_TEXT_MAX] = "";

	excerpt(url, sizeof(url), s->hop->url, strlen(s->hop->url), a->token);
	if (s->next > 0) {
		size_t at = s->next - 1;
		bool   v6 = at < s->n_addrs[0];

		addr_to_text(v6 ? &s->addrs[0][at] : &s->addrs[1][at - s->n_addrs[0]], address);
	}
	snprintf(out, size, "%s%s%s%s", url, *address ? " [" : "", address, *address ? "]" : "");
}

#define PLACE_MAX (SHOWN_URL + ADDR_TEXT_MAX + 4)

static void fail(struct attempt *a, enum prob_code code, const char *what)
{
	struct problem p = PROBLEM_INIT;
	char           place[PLACE_MAX];

	show_place(a, place, sizeof(place));
	problem_set(&p, code, "%s: %s", place, what);
	finish(a, &p);
}

/* --- what came back */

static size_t without_trailing_space(const char *body, size_t len)
{
	while (len > 0 && strchr(" \t\r\n\v\f", body[len - 1]) && body[len - 1] != '\0')
		len--;
	return len;
}

static void judge_body(struct attempt *a, const struct ft_reply *reply)
{
	struct problem p = PROBLEM_INIT;
	size_t         len = without_trailing_space(reply->body, reply->body_len);
	char           place[PLACE_MAX], found[SHOWN_BODY];

	if (!reply->body_cut && len == strlen(a->key_authorization) &&
	    memcmp(reply->body, a->key_authorization, len) == 0) {
		finish(a, &p);
		return;
	}
	show_place(a, place, sizeof(place));
	excerpt(found, sizeof(found), reply->body, reply->body_len, a->token);
	problem_set(&p, PROB_INCORRECT_RESPONSE, "%s: body of %s%zu bytes is '%s', expected the key authorization",
	            place, reply->body_cut ? "more than " : "", reply->body_len, found);
	finish(a, &p);
}

static bool is_redirect(long status)
{
	/* 300 and 303 to 306 do not say that the resource is there (conformance A222, Q31). */
	return status == 301 || status == 302 || status == 307 || status == 308;
}

static void follow(struct attempt *a, const char *location)
{
	const struct conf_validator       *conf = &a->env->conf->validator;
	const struct hop_ports             ports = { (uint16_t)conf->http_port, (uint16_t)conf->https_port };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct http_01                    *s = a->state;
	struct hop                        *next = NULL;

	if (s->n_redirects == REDIRECTS_MAX)
		fail(a, PROB_UNAUTHORIZED, "more redirects than 10");
	else if (!location)
		fail(a, PROB_UNAUTHORIZED, "redirect without a Location");
	else if (hop_redirect(s->hop, location, &ports, &next, &p) < 0)
		fail(a, p.code, p.detail);
	else {
		s->n_redirects++;
		hop_start(a, next);
	}
}

static void judge_status(struct attempt *a, const struct ft_reply *reply)
{
	char found[SHOWN_BODY], what[SHOWN_BODY + 100];

	excerpt(found, sizeof(found), reply->body, reply->body_len, a->token);
	snprintf(what, sizeof(what), "status is %ld, expected 200 to 299%s%s%s", reply->status,
	         reply->body_len ? "; body begins '" : "", reply->body_len ? found : "", reply->body_len ? "'" : "");
	fail(a, PROB_UNAUTHORIZED, what);
}

static void try_next(struct attempt *a);

static void on_reply(void *arg, const struct ft_reply *reply, const struct problem *p, bool unreachable)
{
	struct attempt *a = arg;
	struct http_01 *s = a->state;

	s->fetch = NULL;
	if (!reply && unreachable && s->next < s->n_addrs[0] + s->n_addrs[1]) {
		try_next(a);
		return;
	}
	if (!reply) {
		fail(a, p->code, p->detail);
		return;
	}
	js_add_int(s->hop_record, "status", reply->status);
	if (is_redirect(reply->status))
		follow(a, reply->location);
	else if (reply->status >= 200 && reply->status <= 299)
		judge_body(a, reply);
	else
		judge_status(a, reply);
}

/* --- the way there */

/* RFC 6555's order without its race: IPv6 first, the others when there is no connection. */
static void try_next(struct attempt *a)
{
	struct http_01    *s = a->state;
	size_t             at = s->next++;
	const struct addr *addr = at < s->n_addrs[0] ? &s->addrs[0][at] : &s->addrs[1][at - s->n_addrs[0]];
	char               text[ADDR_TEXT_MAX];

	addr_to_text(addr, text);
	js_append_text(s->tried, text);
	js_add_text(s->hop_record, "addressUsed", text);
	s->fetch = ft_get(a->env->ft, s->hop, addr, on_reply, a);
}

static void take_address(struct attempt *a, size_t family, const struct addr *addr, struct json_object *resolved)
{
	struct http_01 *s = a->state;
	char            text[ADDR_TEXT_MAX];

	addr_to_text(addr, text);
	if (json_object_array_length(resolved) < SHOWN_ADDRS)
		js_append_text(resolved, text);
	if (addr_refusal(a->env->policy, addr)) {
		s->refused = *addr;
		s->n_refused++;
	} else if (s->n_addrs[family] < PER_FAMILY) {
		s->addrs[family][s->n_addrs[family]++] = *addr;
	}
}

static void fail_without_address(struct attempt *a)
{
	struct http_01 *s = a->state;
	char            text[ADDR_TEXT_MAX], what[200];

	if (s->n_refused > 0) {
		addr_to_text(&s->refused, text);
		snprintf(what, sizeof(what), "address %s is not permitted (%s)", text,
		         addr_refusal(a->env->policy, &s->refused));
		fail(a, PROB_CONNECTION, what);
		return;
	}
	for (size_t i = FAMILIES; i-- > 0;) {
		if (s->failed[i].code != PROB_NONE) {
			fail(a, s->failed[i].code, s->failed[i].detail);
			return;
		}
	}
	fail(a, PROB_DNS, "no A or AAAA record for the host");
}

static void connect_hop(struct attempt *a)
{
	const struct http_01 *s = a->state;

	if (s->n_addrs[0] + s->n_addrs[1] > 0)
		try_next(a);
	else
		fail_without_address(a);
}

static struct json_object *resolved_list(const struct http_01 *s)
{
	return json_object_object_get(s->hop_record, "addressesResolved");
}

static void on_addresses(struct attempt *a, size_t family, const struct dns_records *records, struct problem *p)
{
	struct http_01 *s = a->state;
	struct addr     addr;

	s->queries[family] = NULL;
	if (p)
		problem_move(&s->failed[family], p);
	for (size_t i = 0; records && i < records->n; i++)
		if (addr_from_bytes(records->items[i].data, records->items[i].len, &addr))
			take_address(a, family, &addr, resolved_list(s));
	if (!s->queries[0] && !s->queries[1])
		connect_hop(a);
}

static void on_aaaa(void *arg, const struct dns_records *records, struct problem *p)
{
	on_addresses(arg, 0, records, p);
}

static void on_a(void *arg, const struct dns_records *records, struct problem *p)
{
	on_addresses(arg, 1, records, p);
}

static void record_hop(struct http_01 *s)
{
	s->hop_record = js_new_object();
	s->tried = js_new_array();
	js_add_text(s->hop_record, "url", s->hop->url);
	js_add_text(s->hop_record, "hostname", s->hop->host);
	js_add_int(s->hop_record, "port", s->hop->port);
	js_add(s->hop_record, "addressesResolved", js_new_array());
	js_add(s->hop_record, "addressesTried", s->tried);
	js_append(s->hops, s->hop_record);
}

static void ask(struct attempt *a)
{
	static rs_cb *const callbacks[FAMILIES] = { on_aaaa, on_a };
	struct http_01     *s = a->state;

	for (size_t i = 0; i < FAMILIES; i++)
		s->queries[i] = rs_ask(a->env->rs, s->hop->host, family_type[i], callbacks[i], a);
}

/* Each hop is resolved and judged anew (RFC 8555 10.4); takes ownership of hop. */
static void hop_start(struct attempt *a, struct hop *hop)
{
	struct http_01 *s = a->state;

	hop_clear(s);
	s->hop = hop;
	record_hop(s);
	if (!hop->literal) {
		ask(a);
		return;
	}
	take_address(a, hop->addr.v6 ? 0 : 1, &hop->addr, resolved_list(s));
	connect_hop(a);
}

static void http_01_start(struct attempt *a)
{
	struct http_01 *s = xcalloc(1, sizeof(*s));
	auto_free char *path = xasprintf(WELL_KNOWN "%s", a->token);

	a->state = s;
	s->hops = js_new_array();
	js_add(a->record, "hops", s->hops);
	hop_start(a, hop_first(a->identifier, (uint16_t)a->env->conf->validator.http_port, path));
}

const struct method method_http_01 = {
	.name = "http-01",
	.late = PROB_CONNECTION,
	.start = http_01_start,
	.cancel = http_01_cancel,
};

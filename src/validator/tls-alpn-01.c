/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8737 3, RFC 8738 6 */
#include "validator/method.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "pki/gnutls.h"
#include "validator/alpn-cert.h"
#include "validator/dial.h"
#include "validator/tls-client.h"

#define PROTOCOL  "acme-tls/1"
#define PLACE_MAX (IDENT_MAX + DIAL_SHOWN_MAX + 32)

struct tls_alpn_01 {
	struct dial       *dial;
	struct tls_client *client; /* NULL: there is no address yet */
};

static void tls_alpn_01_cancel(struct attempt *a)
{
	struct tls_alpn_01 *s = steal(a->state);

	if (!s)
		return;
	tls_client_free(s->client);
	dial_free(s->dial);
	free(s);
}

static uint16_t port_of(const struct attempt *a)
{
	return (uint16_t)a->env->conf->validator.tls_port;
}

/* Begins every detail: where that was, and which addresses were asked. */
static void show_place(const struct attempt *a, char *out, size_t size)
{
	const struct tls_alpn_01 *s = a->state;
	char                      addresses[DIAL_SHOWN_MAX];

	dial_show(s->dial, addresses);
	snprintf(out, size, "%s port %u %s", a->identifier, port_of(a), addresses);
}

static void tls_alpn_01_where(const struct attempt *a, char *out, size_t size)
{
	const struct tls_alpn_01 *s = a->state;
	char                      place[PLACE_MAX];

	if (!s->client) {
		snprintf(out, size, "looking for addresses");
		return;
	}
	show_place(a, place, sizeof(place));
	snprintf(out, size, "%s: %s", place, tls_client_doing(s->client));
}

/* Takes the problem, which may belong to what is freed here; empty: valid. */
static void finish(struct attempt *a, struct problem *p)
{
	struct problem outcome = PROBLEM_INIT;

	problem_move(&outcome, p);
	tls_alpn_01_cancel(a);
	a->done(a, &outcome);
}

static void fail(struct attempt *a, const struct problem *why)
{
	struct problem p = PROBLEM_INIT;
	char           place[PLACE_MAX];

	show_place(a, place, sizeof(place));
	problem_set(&p, why->code, "%s: %s", place, why->detail);
	if (why->cause[0])
		problem_cause(&p, "%s", why->cause);
	finish(a, &p);
}

static int judge(const struct attempt *a, const struct tls_peer *peer, struct problem *p)
{
	uint8_t digest[SHA256_LEN];
	int     r;

	if (!peer->agreed)
		return problem_set(p, PROB_UNAUTHORIZED, "server does not choose the protocol " PROTOCOL " by ALPN");
	if (!peer->cert)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "server shows no X.509 certificate");
	r = sha256(a->key_authorization, strlen(a->key_authorization), digest, p);
	return r < 0 ? r : alpn_cert_check(peer->cert, peer->cert_len, a->ident, digest, p);
}

static bool ask_next(struct attempt *a, const struct problem *before);

static void on_peer(void *arg, const struct tls_peer *peer, struct problem *p, bool unreachable)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	struct attempt                    *a = arg;

	if (p && unreachable && ask_next(a, p))
		return;
	if (p)
		problem_move(&why, p);
	else
		js_add_text(a->record, "tlsVersion", peer->version);
	if (p || judge(a, peer, &why) < 0)
		fail(a, &why);
	else
		finish(a, &why);
}

/* Whether there is one more address; `before` is what came of the last one, NULL at first. */
static bool ask_next(struct attempt *a, const struct problem *before)
{
	struct tls_alpn_01 *s = a->state;
	char                server_name[ALPN_SERVER_NAME_MAX];
	struct tls_target   target = { .port = port_of(a), .server_name = server_name, .protocol = PROTOCOL };

	if (!dial_next(s->dial, before, &target.addr))
		return false;
	alpn_server_name(a->ident, server_name);
	tls_client_free(s->client);
	s->client = tls_client_new(a->env, &target, on_peer, a);
	return true;
}

static void on_dial(void *arg, struct problem *p)
{
	struct attempt *a = arg;
	bool            asked;

	if (p) {
		finish(a, p);
		return;
	}
	asked = ask_next(a, NULL);
	assert(asked);
}

static void tls_alpn_01_start(struct attempt *a)
{
	struct tls_alpn_01 *s = xcalloc(1, sizeof(*s));
	struct json_object *shown = js_new_object();
	struct addr         literal;
	struct dial_target  target = { .host = a->identifier, .port = port_of(a) };

	if (addr_from_text(a->identifier, &literal))
		target.literal = &literal;
	js_append(a->shown, shown);
	a->state = s;
	s->dial = dial_new(a->env, &target, shown, a->record, on_dial, a);
}

const struct method method_tls_alpn_01 = {
	.name = "tls-alpn-01",
	.late = PROB_CONNECTION,
	.start = tls_alpn_01_start,
	.cancel = tls_alpn_01_cancel,
	.where = tls_alpn_01_where,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8737 3, RFC 8738 6 */
#include "validator/method.h"

#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "pki/gnutls.h"
#include "validator/alpn-cert.h"
#include "validator/dial.h"
#include "validator/tls-client.h"

#define PROTOCOL  "acme-tls/1"
#define PLACE_MAX (IDENT_MAX + ADDR_TEXT_MAX + 32)

struct tls_alpn_01 {
	struct dial       *dial;
	struct addr        addr; /* the one being tried */
	struct tls_client *client;
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

/* Every detail begins with where it was that this happened. */
static void show_place(const struct attempt *a, char *out, size_t size)
{
	const struct tls_alpn_01 *s = a->state;
	char                      address[ADDR_TEXT_MAX];

	addr_to_text(&s->addr, address);
	if (strcmp(address, a->identifier) == 0)
		snprintf(out, size, "%s port %u", address, port_of(a));
	else
		snprintf(out, size, "%s at %s port %u", a->identifier, address, port_of(a));
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
	problem_cause(&p, "%s", why->cause);
	finish(a, &p);
}

static int judge(const struct attempt *a, const struct tls_peer *peer, struct problem *p)
{
	uint8_t digest[ALPN_DIGEST_LEN];
	int     err;

	if (!peer->agreed)
		return problem_set(p, PROB_UNAUTHORIZED, "server does not choose the protocol " PROTOCOL " by ALPN");
	if (!peer->cert)
		return problem_set(p, PROB_INCORRECT_RESPONSE, "server shows no X.509 certificate");
	err = gnutls_hash_fast(GNUTLS_DIG_SHA256, a->key_authorization, strlen(a->key_authorization), digest);
	if (err < 0)
		return problem_gnutls(p, PROB_INTERNAL, err, "SHA-256 failed");
	return alpn_cert_check(peer->cert, peer->cert_len, a->ident, digest, p);
}

static void try_address(struct attempt *a);

static void on_peer(void *arg, const struct tls_peer *peer, struct problem *p, bool unreachable)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	struct attempt                    *a = arg;
	struct tls_alpn_01                *s = a->state;

	if (p && unreachable && dial_next(s->dial, &s->addr)) {
		try_address(a);
		return;
	}
	if (p)
		problem_move(&why, p);
	else
		js_add_text(a->record, "tlsVersion", peer->version);
	if (p || judge(a, peer, &why) < 0)
		fail(a, &why);
	else
		finish(a, &why);
}

static void try_address(struct attempt *a)
{
	struct tls_alpn_01 *s = a->state;
	char                server_name[ALPN_SERVER_NAME_MAX];
	struct tls_target   target = {
		  .addr = s->addr,
		  .port = port_of(a),
		  .server_name = server_name,
		  .protocol = PROTOCOL,
	};

	alpn_server_name(a->ident, server_name);
	tls_client_free(s->client);
	s->client = tls_client_new(a->env, &target, on_peer, a);
}

static void on_addresses(void *arg, struct problem *p)
{
	struct attempt     *a = arg;
	struct tls_alpn_01 *s = a->state;

	if (p || !dial_next(s->dial, &s->addr))
		finish(a, p);
	else
		try_address(a);
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
	s->dial = dial_new(a->env, &target, shown, a->record, on_addresses, a);
}

const struct method method_tls_alpn_01 = {
	.name = "tls-alpn-01",
	.late = PROB_CONNECTION,
	.start = tls_alpn_01_start,
	.cancel = tls_alpn_01_cancel,
};

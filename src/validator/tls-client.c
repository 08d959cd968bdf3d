/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/tls-client.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clk.h"
#include "base/mem.h"
#include "pki/gnutls.h"
#include "validator/connection.h"
#include "validator/timer.h"
#include "validator/tls-guard.h"

/*
 * RFC 8737 4 wants TLS 1.2 at least.  Without DHE, which the guard would refuse.  %COMPAT because the certificates of
 * some clients (lego is one) have a key usage without digitalSignature, and sign the handshake.
 */
#define PRIORITY     "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-DHE-RSA:-GROUP-DH-ALL:%COMPAT"
#define WARNINGS_MAX 4

struct tls_client {
	const struct method_env         *env;
	struct addr                      addr;
	uint16_t                         port;
	int                              fd;
	struct event                    *ready, *timer;
	gnutls_session_t                 session;
	gnutls_certificate_credentials_t credentials;
	char                            *server_name, *protocol;
	const char                      *flaw; /* why the guard ended the handshake */
	bool                             connected;
	struct problem                   problem;
	tls_cb                          *cb;
	void                            *arg;
};

/* --- outcome */

/* With c->problem filled; c is gone afterwards, as it is after succeed(). */
static void fail(struct tls_client *c)
{
	c->cb(c->arg, NULL, &c->problem, !c->connected);
}

static bool chose_protocol(const struct tls_client *c)
{
	gnutls_datum_t found = { 0 };
	size_t         len = strlen(c->protocol);

	return gnutls_alpn_get_selected_protocol(c->session, &found) == 0 && found.size == len &&
	       memcmp(found.data, c->protocol, len) == 0;
}

static void succeed(struct tls_client *c)
{
	unsigned              n = 0;
	const gnutls_datum_t *chain = NULL;
	struct tls_peer       peer = { 0 };

	event_del(c->timer);
	/* Closed at once (RFC 8737 4); whether the server has more to say does not matter. */
	(void)gnutls_bye(c->session, GNUTLS_SHUT_WR);
	if (gnutls_certificate_type_get2(c->session, GNUTLS_CTYPE_SERVER) == GNUTLS_CRT_X509)
		chain = gnutls_certificate_get_peers(c->session, &n);
	if (chain && n > 0) {
		peer.cert = chain[0].data;
		peer.cert_len = chain[0].size;
	}
	peer.version = gnutls_protocol_get_name(gnutls_protocol_get_version(c->session));
	peer.agreed = chose_protocol(c);
	c->cb(c->arg, &peer, NULL, false);
}

/* --- handshake */

static void set_tls_problem(struct tls_client *c, int err)
{
	const char *text = gnutls_strerror(err);
	size_t      len = strlen(text);

	/* GnuTLS writes sentences. */
	if (len > 0 && text[len - 1] == '.')
		len--;
	if (c->flaw)
		problem_set(&c->problem, PROB_TLS, "TLS handshake is refused: %s", c->flaw);
	else
		problem_set(&c->problem, PROB_TLS, "TLS handshake failed: %.*s", (int)len, text);
}

static void set_alert(struct tls_client *c)
{
	gnutls_alert_description_t alert = gnutls_alert_get(c->session);
	const char                *name = gnutls_alert_get_name(alert);

	problem_set(&c->problem, PROB_TLS, "server ends the TLS handshake with alert %d (%s)", (int)alert,
	            name ? name : "unknown");
}

static void on_handshake_error(struct tls_client *c, int err)
{
	switch (err) {
	case GNUTLS_E_FATAL_ALERT_RECEIVED: set_alert(c); break;
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		problem_set(&c->problem, PROB_CONNECTION, "server closed the connection during the TLS handshake");
		break;
	default:
		set_tls_problem(c, err);
		/* The server is owed an explanation as well (RFC 8446 6.2). */
		(void)gnutls_alert_send_appropriate(c->session, err);
		break;
	}
	gnutls_cause(&c->problem, err);
	fail(c);
}

static void watch(struct tls_client *c, short what);

static void handshake(struct tls_client *c)
{
	int err;

	for (unsigned warnings = 0;; warnings++) {
		err = gnutls_handshake(c->session);
		if (err == GNUTLS_E_SUCCESS) {
			succeed(c);
			return;
		}
		if (err == GNUTLS_E_AGAIN) {
			watch(c, gnutls_record_get_direction(c->session) ? EV_WRITE : EV_READ);
			return;
		}
		if (gnutls_error_is_fatal(err) || warnings == WARNINGS_MAX) {
			on_handshake_error(c, err);
			return;
		}
	}
}

static int set_up_session(struct tls_client *c)
{
	const gnutls_datum_t protocol = { (unsigned char *)c->protocol, (unsigned)strlen(c->protocol) };
	int                  err;

	err = gnutls_init(&c->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS | GNUTLS_NO_SIGNAL);
	if (err == 0)
		err = gnutls_certificate_allocate_credentials(&c->credentials);
	if (err == 0)
		err = gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
	if (err == 0)
		err = gnutls_priority_set_direct(c->session, PRIORITY, NULL);
	if (err == 0)
		err = gnutls_alpn_set_protocols(c->session, &protocol, 1, 0);
	if (err == 0)
		err = gnutls_server_name_set(c->session, GNUTLS_NAME_DNS, c->server_name, strlen(c->server_name));
	return err;
}

static void start_handshake(struct tls_client *c)
{
	int err = set_up_session(c);

	c->connected = true;
	if (err < 0) {
		problem_gnutls(&c->problem, PROB_SYSTEM, err, "TLS session cannot be set up");
		fail(c);
		return;
	}
	tls_guard(c->session, &c->flaw);
	gnutls_transport_set_int(c->session, c->fd);
	timer_start(c->timer, c->env->conf->validator.tls_timeout);
	handshake(c);
}

/* --- connection */

static void set_connect_problem(struct tls_client *c, int err)
{
	connection_failed(err, &c->problem);
	errno = err;
	problem_cause(&c->problem, "%m");
}

static void on_connected(struct tls_client *c)
{
	int       err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0 && err == 0) {
		start_handshake(c);
		return;
	}
	set_connect_problem(c, err);
	fail(c);
}

static void on_ready(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct tls_client *c = arg;

	if (c->connected)
		handshake(c);
	else
		on_connected(c);
}

static void watch(struct tls_client *c, short what)
{
	event_del(c->ready);
	event_assign(c->ready, c->env->base, c->fd, what, on_ready, c);
	event_add(c->ready, NULL);
}

/* Either a limit, or the delivery of what failed before there was anything to wait for. */
static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct tls_client           *c = arg;
	const struct conf_validator *conf = &c->env->conf->validator;

	if (c->problem.code == PROB_NONE && c->connected)
		problem_set(&c->problem, PROB_CONNECTION, "no end of the TLS handshake within %lld ms",
		            (long long)(conf->tls_timeout / CLK_MILLISECOND));
	else if (c->problem.code == PROB_NONE)
		problem_set(&c->problem, PROB_CONNECTION, "no TCP connection within %lld ms",
		            (long long)(conf->connect_timeout / CLK_MILLISECOND));
	fail(c);
}

static socklen_t to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in  in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (a->v6) {
		memcpy(&in6.sin6_addr, a->b, sizeof(in6.sin6_addr));
		memcpy(ret, &in6, sizeof(in6));
		return sizeof(in6);
	}
	memcpy(&in.sin_addr, a->b, sizeof(in.sin_addr));
	memcpy(ret, &in, sizeof(in));
	return sizeof(in);
}

static void open_connection(struct tls_client *c)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t               len = to_sockaddr(&c->addr, c->port, &sa);

	c->fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0 || (connect(c->fd, (const struct sockaddr *)&sa, len) < 0 && errno != EINPROGRESS))
		set_connect_problem(c, errno);
	else
		watch(c, EV_WRITE);
}

struct tls_client *tls_client_new(const struct method_env *env, const struct tls_target *target, tls_cb *cb, void *arg)
{
	struct tls_client *c = xcalloc(1, sizeof(*c));

	c->env = env;
	c->addr = target->addr;
	c->port = target->port;
	c->server_name = xstrdup(target->server_name);
	c->protocol = xstrdup(target->protocol);
	c->cb = cb;
	c->arg = arg;
	c->fd = -1;
	c->ready = oom_check(event_new(env->base, -1, 0, on_ready, c));
	c->timer = oom_check(evtimer_new(env->base, on_timer, c));
	/* Judged here again: this is the address that is connected to (RFC 8555 10.4). */
	if (addr_refusal(env->policy, &c->addr))
		connection_forbidden(&c->problem);
	else
		open_connection(c);
	timer_start(c->timer, c->problem.code != PROB_NONE ? 0 : env->conf->validator.connect_timeout);
	return c;
}

const char *tls_client_doing(const struct tls_client *c)
{
	return c->connected ? "in the TLS handshake" : "connecting";
}

void tls_client_free(struct tls_client *c)
{
	if (!c)
		return;
	event_free(c->ready);
	event_free(c->timer);
	if (c->session)
		gnutls_deinit(c->session);
	if (c->credentials)
		gnutls_certificate_free_credentials(c->credentials);
	if (c->fd >= 0)
		close(c->fd);
	problem_clear(&c->problem);
	free(c->server_name);
	free(c->protocol);
	free(c);
}

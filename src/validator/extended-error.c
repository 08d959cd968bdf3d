/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/extended-error.h"

#include <netdb.h>

#include "base/mem.h"
#include "pki/gnutls.h"

#define PATIENCE_SECONDS 1

struct ede_query {
	ede_cb       *cb;
	void         *arg;
	int           fd;
	struct event *event;
	uint8_t       query[DNS_QUERY_MAX];
	size_t        query_len;
};

static void query_free(struct ede_query *q)
{
	if (q->event)
		event_free(q->event);
	if (q->fd >= 0)
		close(q->fd);
	free(q);
}

DEFINE_FREEP(ede_query, struct ede_query *, query_free);

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct ede_query *q = arg;
	ede_cb           *cb = q->cb;
	void             *cb_arg = q->arg;
	uint8_t           message[4096];
	int               code = DNS_NO_EXTENDED;

	if (what & EV_READ) {
		ssize_t len = recv(fd, message, sizeof(message), 0);

		if (len > 0)
			code = dns_wire_extended_error(message, (size_t)len, q->query, q->query_len);
	}
	query_free(q);
	cb(cb_arg, code);
}

static bool make_query(struct ede_query *q, const char *name, enum dns_type type)
{
	uint16_t id;

	if (gnutls_rnd(GNUTLS_RND_NONCE, &id, sizeof(id)) < 0)
		return false;
	q->query_len = dns_wire_query(id, name, type, q->query);
	return q->query_len > 0;
}

static bool send_query(struct ede_query *q, const struct ede_server *server)
{
	const struct sockaddr *address = (const struct sockaddr *)&server->address;

	q->fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return q->fd >= 0 && connect(q->fd, address, server->len) == 0 &&
	       send(q->fd, q->query, q->query_len, 0) == (ssize_t)q->query_len;
}

struct ede_query *ede_ask(struct event_base *base, const struct ede_server *server, const char *name,
                          enum dns_type type, ede_cb *cb, void *arg)
{
	const struct timeval               patience = { .tv_sec = PATIENCE_SECONDS };
	auto_(ede_query) struct ede_query *q = xcalloc(1, sizeof(*q));

	q->cb = cb;
	q->arg = arg;
	q->fd = -1;
	if (server->len == 0 || !make_query(q, name, type) || !send_query(q, server))
		return NULL;
	q->event = oom_check(event_new(base, q->fd, EV_READ, on_event, q));
	event_add(q->event, &patience);
	return steal(q);
}

void ede_cancel(struct ede_query *query)
{
	if (query)
		query_free(query);
}

const char *ede_name(int code)
{
	/* https://www.iana.org/assignments/dns-parameters, INFO-CODE */
	static const char *const names[] = {
		"Other Error",
		"Unsupported DNSKEY Algorithm",
		"Unsupported DS Digest Type",
		"Stale Answer",
		"Forged Answer",
		"DNSSEC Indeterminate",
		"DNSSEC Bogus",
		"Signature Expired",
		"Signature Not Yet Valid",
		"DNSKEY Missing",
		"RRSIGs Missing",
		"No Zone Key Bit Set",
		"NSEC Missing",
		"Cached Error",
		"Not Ready",
		"Blocked",
		"Censored",
		"Filtered",
		"Prohibited",
		"Stale NXDOMAIN Answer",
		"Not Authoritative",
		"Not Supported",
		"No Reachable Authority",
		"Network Error",
		"Invalid Data",
	};

	return code >= 0 && (size_t)code < ARRAY_LEN(names) ? names[code] : "unknown";
}

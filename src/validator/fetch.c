/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/fetch.h"

#include <assert.h>
#include <errno.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/clk.h"
#include "base/mem.h"
#include "validator/connection.h"
#include "validator/timer.h"
#include "validator/tls-guard.h"

/* Of one connection, with all that frames the header and body that are kept: TLS, chunks. */
#define RECEIVED_MAX 131072

/* What a fetch is at; each but the last has a limit of its own. */
enum phase { CONNECTING, SHAKING_HANDS, WAITING, READING, N_PHASES };

static const struct {
	const char *doing, *late;
} phases[N_PHASES] = {
	[CONNECTING] = { "connecting", "no TCP connection" },
	[SHAKING_HANDS] = { "in the TLS handshake", "no end of the TLS handshake" },
	[WAITING] = { "waiting for the response", "no response" },
	[READING] = { "reading the response", NULL },
};

struct fetcher {
	int64_t                   limits[N_PHASES];
	const struct addr_policy *policy;
	struct event_base        *base;
	struct event             *timer;
	CURLM                    *multi;
	size_t                    n_fetches;
};

struct fetch {
	struct fetcher    *ft;
	CURL              *easy;
	struct curl_slist *connect_to;
	struct addr        addr;
	bool               tls, guarded;
	const char        *flaw;         /* why the guard ended the handshake */
	bool               forbidden;    /* the policy check at the socket said no */
	int                socket_error; /* errno: there is no socket */
	bool               header_too_large;
	bool               is_enough; /* the rest of the response does not matter */
	enum phase         phase;
	struct event      *limit; /* of the phase */
	struct http_reply  reply;
	ft_cb             *cb;
	void              *arg;
	char               error[CURL_ERROR_SIZE];
};

/* --- phases */

static void enter(struct fetch *f, enum phase phase)
{
	f->phase = phase;
	if (phases[phase].late)
		timer_start(f->limit, f->ft->limits[phase]);
	else
		event_del(f->limit);
}

/* libcurl has no callback for this, and may close the socket when it is told that it is ready. */
static void look_for_connection(struct fetch *f, int fd)
{
	struct sockaddr_storage peer;
	socklen_t               len = sizeof(peer);

	if (f->phase == CONNECTING && getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		enter(f, f->tls ? SHAKING_HANDS : WAITING);
}

static void look_for_response(struct fetch *f)
{
	curl_off_t first_byte = 0;

	curl_easy_getinfo(f->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
	if (f->phase == WAITING && first_byte > 0)
		enter(f, READING);
}

/* The handshakes are over, the request is about to be sent. */
static int on_connected(void *arg, char *peer, char *local UNUSED, int peer_port UNUSED, int local_port UNUSED)
{
	struct fetch *f = arg;
	struct addr   a;

	if (!addr_from_text(peer, &a) || !addr_equal(&a, &f->addr) || f->guarded != f->tls)
		return CURL_PREREQFUNC_ABORT;
	enter(f, WAITING);
	return CURL_PREREQFUNC_OK;
}

/* --- one transfer */

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *sa)
{
	struct fetch *f = arg;
	struct addr   a;
	int           fd;

	f->forbidden = purpose != CURLSOCKTYPE_IPCXN || !addr_from_sockaddr(&sa->addr, &a) ||
	               !addr_equal(&a, &f->addr) || addr_refusal(f->ft->policy, &a);
	if (f->forbidden)
		return CURL_SOCKET_BAD;
	fd = socket(sa->family, sa->socktype | SOCK_CLOEXEC, sa->protocol);
	f->socket_error = fd < 0 ? errno : 0;
	f->guarded = false;
	return fd;
}

/*
 * libcurl shows nobody its TLS session between making it and beginning the handshake, but in between it says what ciphers
 * it offers.  A build of it that says nothing fails each handshake, in on_connected().
 */
static int on_remark(CURL *easy, curl_infotype type UNUSED, char *text UNUSED, size_t len UNUSED, void *arg)
{
	struct curl_tlssessioninfo *tls = NULL;
	struct fetch               *f = arg;

	if (!f->tls || f->guarded)
		return 0;
	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK && tls->backend == CURLSSLBACKEND_GNUTLS &&
	    tls->internals) {
		tls_guard(tls->internals, &f->flaw);
		f->guarded = true;
	}
	return 0;
}

static bool is_last_line(const char *line, size_t len)
{
	return len > 0 && (line[0] == '\r' || line[0] == '\n');
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;
	size_t        len = size * n;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &f->reply.status);
	f->header_too_large = !http_reply_header(&f->reply, line, len);
	/* A redirect has said all that is to be known. */
	f->is_enough = is_last_line(line, len) && http_reply_is_redirect(&f->reply);
	return f->header_too_large || f->is_enough ? 0 : len;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;

	f->is_enough = !http_reply_body(&f->reply, data, size * n);
	return f->is_enough ? 0 : size * n;
}

static void fetch_free(struct fetch *f)
{
	if (f->easy) {
		curl_multi_remove_handle(f->ft->multi, f->easy);
		curl_easy_cleanup(f->easy);
		f->ft->n_fetches--;
	}
	curl_slist_free_all(f->connect_to);
	event_free(f->limit);
	http_reply_clear(&f->reply);
	free(f);
}

/* --- what went wrong: nothing of the peer's making, so it can go into a public detail */

static const struct {
	CURLcode       code;
	enum prob_code means;
	const char    *says;
} failures[] = {
	{ CURLE_GOT_NOTHING, PROB_CONNECTION, "connection was closed without a response" },
	{ CURLE_PARTIAL_FILE, PROB_CONNECTION, "connection was closed before the end of the response" },
	{ CURLE_RECV_ERROR, PROB_CONNECTION, "connection was lost before the end of the response" },
	{ CURLE_SEND_ERROR, PROB_CONNECTION, "connection was lost before the request was sent" },
	{ CURLE_SSL_CONNECT_ERROR, PROB_TLS, "TLS handshake failed" },
	{ CURLE_SSL_CIPHER, PROB_TLS, "TLS handshake failed" },
	{ CURLE_PEER_FAILED_VERIFICATION, PROB_TLS, "TLS handshake failed" },
	{ CURLE_UNSUPPORTED_PROTOCOL, PROB_INCORRECT_RESPONSE, "response is not HTTP/1" },
	{ CURLE_WEIRD_SERVER_REPLY, PROB_INCORRECT_RESPONSE, "response is not HTTP/1" },
};

static int describe_connection(const struct fetch *f, struct problem *p)
{
	long err = f->socket_error;

	if (err == 0)
		curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &err);
	return connection_failed((int)err, p);
}

static int describe_code(const struct fetch *f, CURLcode code, struct problem *p)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (failures[i].code == code)
			return problem_set(p, failures[i].means, "%s", failures[i].says);
	if (f->phase == CONNECTING)
		return describe_connection(f, p);
	return problem_set(p, PROB_CONNECTION, "request failed while %s", phases[f->phase].doing);
}

static int describe_failure(const struct fetch *f, CURLcode code, struct problem *p)
{
	if (f->forbidden)
		connection_forbidden(p);
	else if (f->flaw)
		problem_set(p, PROB_TLS, "TLS handshake is refused: %s", f->flaw);
	else if (f->header_too_large)
		problem_set(p, PROB_INCORRECT_RESPONSE, "header of the response is larger than %d bytes",
		            HTTP_HEADER_MAX);
	else
		describe_code(f, code, p);
	return problem_cause(p, "curl %d: %s", (int)code, f->error);
}

static void fail(struct fetch *f, const struct problem *p)
{
	f->cb(f->arg, NULL, p, f->phase == CONNECTING);
	fetch_free(f);
}

static void on_limit(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct fetch                      *f = arg;

	problem_set(&p, PROB_CONNECTION, "%s within %lld ms", phases[f->phase].late,
	            (long long)(f->ft->limits[f->phase] / CLK_MILLISECOND));
	fail(f, &p);
}

static void finish(struct fetch *f, CURLcode code)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && f->is_enough)) {
		f->cb(f->arg, &f->reply, NULL, false);
		fetch_free(f);
	} else {
		describe_failure(f, code, &p);
		fail(f, &p);
	}
}

/*
 * Each failure is a build of libcurl that lacks the option,
 * and the options are what keeps requests inside the policy.
 */
#define SET(easy, option, value) ok = curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK && ok

static bool set_limits(CURL *easy)
{
	bool ok = true;

	SET(easy, PROTOCOLS_STR, "http,https");
	SET(easy, FOLLOWLOCATION, 0L);
	SET(easy, PROXY, "");
	SET(easy, NOPROXY, "*");
	SET(easy, HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(easy, DISALLOW_USERNAME_IN_URL, 1L);
	SET(easy, FRESH_CONNECT, 1L);
	SET(easy, FORBID_REUSE, 1L);
	SET(easy, NOSIGNAL, 1L);
	/*
	 * What a redirect to https shows cannot be verified yet: the certificate is what is being asked for.  The system's
	 * certificates would be read all the same, anew for each request.
	 */
	SET(easy, SSL_VERIFYPEER, 0L);
	SET(easy, SSL_VERIFYHOST, 0L);
	SET(easy, CAINFO, NULL);
	SET(easy, CAPATH, NULL);
	SET(easy, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, SSL_ENABLE_ALPN, 0L);
	SET(easy, USERAGENT, PACKAGE_NAME "-validator/" PACKAGE_VERSION);
	return ok;
}

static bool set_transfer(CURL *easy, struct fetch *f, const struct hop *hop)
{
	bool ok = true;

	SET(easy, PRIVATE, f);
	SET(easy, ERRORBUFFER, f->error);
	SET(easy, URL, hop->url);
	SET(easy, CONNECT_TO, f->connect_to);
	SET(easy, OPENSOCKETFUNCTION, on_open_socket);
	SET(easy, OPENSOCKETDATA, f);
	SET(easy, VERBOSE, 1L);
	SET(easy, DEBUGFUNCTION, on_remark);
	SET(easy, DEBUGDATA, f);
	SET(easy, PREREQFUNCTION, on_connected);
	SET(easy, PREREQDATA, f);
	SET(easy, HEADERFUNCTION, on_header);
	SET(easy, HEADERDATA, f);
	SET(easy, WRITEFUNCTION, on_body);
	SET(easy, WRITEDATA, f);
	return ok;
}

struct fetch *ft_get(struct fetcher *ft, const struct hop *hop, const struct addr *addr, ft_cb *cb, void *arg)
{
	struct fetch *f = xcalloc(1, sizeof(*f));
	char          text[ADDR_TEXT_MAX], connect_to[ADDR_TEXT_MAX + 16];

	f->ft = ft;
	f->addr = *addr;
	f->cb = cb;
	f->arg = arg;
	f->tls = hop->tls;
	f->limit = oom_check(evtimer_new(ft->base, on_limit, f));
	http_reply_init(&f->reply);
	/* An empty host and port stand for any; the address is literal, so curl looks nothing up. */
	addr_to_text(addr, text);
	snprintf(connect_to, sizeof(connect_to), addr->v6 ? "::[%s]:%u" : "::%s:%u", text, hop->port);
	f->connect_to = oom_check(curl_slist_append(NULL, connect_to));
	f->easy = oom_check(curl_easy_init());
	ft->n_fetches++;
	if (!set_limits(f->easy) || !set_transfer(f->easy, f, hop) ||
	    curl_multi_add_handle(ft->multi, f->easy) != CURLM_OK)
		abort();
	enter(f, CONNECTING);
	return f;
}

const char *ft_doing(const struct fetch *fetch)
{
	return phases[fetch->phase].doing;
}

void ft_cancel(struct fetch *fetch)
{
	if (fetch)
		fetch_free(fetch);
}

/* --- libcurl's sockets and timer in libevent's loop */

static void collect(struct fetcher *ft)
{
	CURLMsg *message;
	int      left;

	while ((message = curl_multi_info_read(ft->multi, &left))) {
		CURLcode      code = message->data.result;
		struct fetch *f = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &f);
		finish(f, code);
	}
}

/* libcurl shows nobody the extensions of chunks, nor records of TLS without data: the kernel counts them. */
static bool has_read_too_much(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t       len = sizeof(info);
	int             unread = 0;

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && ioctl(fd, FIONREAD, &unread) == 0 &&
	       info.tcpi_bytes_received > (uint64_t)unread + RECEIVED_MAX;
}

static void on_too_much(struct fetch *f)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;

	problem_set(&p, f->phase == SHAKING_HANDS ? PROB_TLS : PROB_INCORRECT_RESPONSE,
	            "server sends more than %d bytes while %s", RECEIVED_MAX, phases[f->phase].doing);
	fail(f, &p);
}

static void on_socket_ready(evutil_socket_t fd, short what, void *arg)
{
	struct fetch   *f = arg;
	struct fetcher *ft = f->ft;
	int             action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int             running;

	if (has_read_too_much(fd)) {
		on_too_much(f);
		return;
	}
	look_for_connection(f, fd);
	curl_multi_socket_action(ft->multi, fd, action, &running);
	look_for_response(f);
	collect(ft);
}

static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct fetcher *ft = arg;
	int             running;

	curl_multi_socket_action(ft->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(ft);
}

static int on_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *watch)
{
	struct fetcher *ft = arg;
	struct fetch   *f = NULL;
	struct event   *ev = watch;
	short           flags = EV_PERSIST;

	if (ev)
		event_free(ev);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(ft->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		flags |= EV_READ;
	if (what & CURL_POLL_OUT)
		flags |= EV_WRITE;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &f);
	ev = oom_check(event_new(ft->base, fd, flags, on_socket_ready, f));
	event_add(ev, NULL);
	curl_multi_assign(ft->multi, fd, ev);
	return 0;
}

static int on_set_timer(CURLM *multi UNUSED, long ms, void *arg)
{
	struct fetcher *ft = arg;

	if (ms < 0)
		event_del(ft->timer);
	else
		timer_start(ft->timer, ms * CLK_MILLISECOND);
	return 0;
}

int ft_new(const struct conf_validator *conf, struct event_base *base, const struct addr_policy *policy,
           struct fetcher **ret, struct problem *p)
{
	struct fetcher *ft;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return problem_set(p, PROB_SYSTEM, "libcurl cannot be initialised");
	ft = xcalloc(1, sizeof(*ft));
	ft->limits[CONNECTING] = conf->connect_timeout;
	ft->limits[SHAKING_HANDS] = conf->tls_timeout;
	ft->limits[WAITING] = conf->response_timeout;
	ft->policy = policy;
	ft->base = base;
	ft->timer = oom_check(evtimer_new(base, on_timer, ft));
	ft->multi = oom_check(curl_multi_init());
	curl_multi_setopt(ft->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
	curl_multi_setopt(ft->multi, CURLMOPT_SOCKETDATA, ft);
	curl_multi_setopt(ft->multi, CURLMOPT_TIMERFUNCTION, on_set_timer);
	curl_multi_setopt(ft->multi, CURLMOPT_TIMERDATA, ft);
	*ret = ft;
	return 0;
}

void ft_free(struct fetcher *ft)
{
	if (!ft)
		return;
	assert(ft->n_fetches == 0);
	curl_multi_cleanup(ft->multi);
	event_free(ft->timer);
	free(ft);
	curl_global_cleanup();
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/fetch.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"

struct fetcher {
	const struct conf_validator *conf;
	const struct addr_policy    *policy;
	struct event_base           *base;
	struct event                *timer;
	CURLM                       *multi;
	size_t                       n_fetches;
};

struct fetch {
	struct fetcher    *ft;
	CURL              *easy;
	struct curl_slist *connect_to;
	struct addr        addr;
	bool               refused; /* the policy check at the socket said no */
	bool               starved; /* this host had no socket to give */
	bool               in_body;
	size_t             header_len;
	struct buf         location, body;
	bool               body_cut;
	ft_cb             *cb;
	void              *arg;
	char               error[CURL_ERROR_SIZE];
};

/* --- one transfer */

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *sa)
{
	struct fetch *f = arg;
	struct addr   a;
	int           fd;

	f->refused = purpose != CURLSOCKTYPE_IPCXN || !addr_from_sockaddr(&sa->addr, &a) || !addr_equal(&a, &f->addr) ||
	             addr_refusal(f->ft->policy, &a);
	if (f->refused)
		return CURL_SOCKET_BAD;
	fd = socket(sa->family, sa->socktype | SOCK_CLOEXEC, sa->protocol);
	f->starved = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
	return fd;
}

static void take_location(struct fetch *f, const char *line, size_t len)
{
	static const char name[] = "location:";
	size_t            at = sizeof(name) - 1;

	if (len < at || strncasecmp(line, name, at) != 0)
		return;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	while (len > at && strchr("\r\n\t ", line[len - 1]))
		len--;
	buf_clear(&f->location);
	f->location = BUF_INIT(HOP_URL_MAX + 1);
	/* Too long to be followed is made visible to hop_redirect() as such. */
	buf_add(&f->location, line + at, len - at > HOP_URL_MAX + 1 ? HOP_URL_MAX + 1 : len - at);
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;
	size_t        len = size * n;

	f->header_len += len;
	if (f->header_len > FT_HEADER_MAX)
		return 0;
	/* A trailer of a chunked body is no header (RFC 9110 6.5). */
	if (f->in_body)
		return len;
	/* The final response after an interim one (RFC 9110 15.2). */
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		buf_clear(&f->location);
	take_location(f, line, len);
	return len;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;
	size_t        len = size * n, room = FT_BODY_MAX - f->body.len;

	f->in_body = true;
	f->body_cut = len > room;
	buf_add(&f->body, data, f->body_cut ? room : len);
	return f->body_cut ? 0 : len;
}

static void fetch_free(struct fetch *f)
{
	if (f->easy) {
		curl_multi_remove_handle(f->ft->multi, f->easy);
		curl_easy_cleanup(f->easy);
		f->ft->n_fetches--;
	}
	curl_slist_free_all(f->connect_to);
	buf_clear(&f->location);
	buf_clear(&f->body);
	free(f);
}

static bool is_connected(const struct fetch *f)
{
	curl_off_t t = 0;

	return curl_easy_getinfo(f->easy, CURLINFO_CONNECT_TIME_T, &t) == CURLE_OK && t > 0;
}

/* Says nothing of the peer's making, so it can go into a public detail. */
static int describe_failure(struct fetch *f, CURLcode code, struct problem *p)
{
	const struct conf_validator *conf = f->ft->conf;
	bool                         connected = is_connected(f);

	if (f->refused)
		problem_set(p, PROB_CONNECTION, "address is not permitted");
	else if (f->starved)
		problem_set(p, PROB_SYSTEM, "the validator has no socket for a connection");
	else if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CIPHER)
		problem_set(p, PROB_TLS, "TLS handshake failed");
	else if (f->header_len > FT_HEADER_MAX)
		problem_set(p, PROB_CONNECTION, "response header is larger than %d bytes", FT_HEADER_MAX);
	else if (code == CURLE_OPERATION_TIMEDOUT && !connected)
		problem_set(p, PROB_CONNECTION, "no TCP connection within %lld ms",
		            (long long)(conf->connect_timeout / 1000));
	else if (code == CURLE_OPERATION_TIMEDOUT)
		problem_set(p, PROB_CONNECTION, "connected, but no whole response in time");
	else if (code == CURLE_COULDNT_CONNECT)
		problem_set(p, PROB_CONNECTION, "connection was refused or is not possible");
	else if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_PARTIAL_FILE)
		problem_set(p, PROB_CONNECTION, "connection was closed before the end of the response");
	else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
		problem_set(p, PROB_CONNECTION, "response is not HTTP/1");
	else
		problem_set(p, PROB_CONNECTION, "request failed: %s", curl_easy_strerror(code));
	return problem_cause(p, "curl %d: %s", (int)code, f->error);
}

static void finish(struct fetch *f, CURLcode code)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct ft_reply                    reply = { 0 };

	if (code == CURLE_WRITE_ERROR && f->body_cut)
		code = CURLE_OK;
	if (code == CURLE_OK) {
		curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &reply.status);
		reply.location = f->location.len ? buf_str(&f->location) : NULL;
		reply.body = buf_str(&f->body);
		reply.body_len = f->body.len;
		reply.body_cut = f->body_cut;
		f->cb(f->arg, &reply, NULL, false);
	} else {
		describe_failure(f, code, &p);
		f->cb(f->arg, NULL, &p, !is_connected(f));
	}
	fetch_free(f);
}

/*
 * Each failure is a build of libcurl that lacks the option,
 * and the options are what keeps requests inside the policy.
 */
#define SET(easy, option, value) ok = curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK && ok

static bool set_limits(CURL *easy, const struct conf_validator *conf)
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
	SET(easy, CONNECTTIMEOUT_MS, (long)(conf->connect_timeout / 1000));
	/* Before the attempt as a whole is given up, because this can say which address kept it waiting. */
	SET(easy, TIMEOUT_MS, (long)(conf->attempt_timeout / 1000 * 9 / 10));
	/* What a redirect to https shows cannot be verified yet: the certificate is what is being asked for. */
	SET(easy, SSL_VERIFYPEER, 0L);
	SET(easy, SSL_VERIFYHOST, 0L);
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
	f->location = BUF_INIT(HOP_URL_MAX + 1);
	f->body = BUF_INIT(FT_BODY_MAX);
	/* An empty host and port stand for any; the address is literal, so curl looks nothing up. */
	addr_to_text(addr, text);
	snprintf(connect_to, sizeof(connect_to), addr->v6 ? "::[%s]:%u" : "::%s:%u", text, hop->port);
	f->connect_to = oom_check(curl_slist_append(NULL, connect_to));
	f->easy = oom_check(curl_easy_init());
	ft->n_fetches++;
	if (!set_limits(f->easy, ft->conf) || !set_transfer(f->easy, f, hop) ||
	    curl_multi_add_handle(ft->multi, f->easy) != CURLM_OK)
		abort();
	return f;
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

static void on_socket_ready(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher *ft = arg;
	int             action = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int             running;

	curl_multi_socket_action(ft->multi, fd, action, &running);
	collect(ft);
}

static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct fetcher *ft = arg;
	int             running;

	curl_multi_socket_action(ft->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(ft);
}

static int on_watch(CURL *easy UNUSED, curl_socket_t fd, int what, void *arg, void *watch)
{
	struct fetcher *ft = arg;
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
	ev = oom_check(event_new(ft->base, fd, flags, on_socket_ready, ft));
	event_add(ev, NULL);
	curl_multi_assign(ft->multi, fd, ev);
	return 0;
}

static int on_set_timer(CURLM *multi UNUSED, long ms, void *arg)
{
	struct fetcher *ft = arg;
	struct timeval  tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (ms < 0)
		event_del(ft->timer);
	else
		event_add(ft->timer, &tv);
	return 0;
}

int ft_new(const struct conf_validator *conf, struct event_base *base, const struct addr_policy *policy,
           struct fetcher **ret, struct problem *p)
{
	struct fetcher *ft;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return problem_set(p, PROB_SYSTEM, "libcurl cannot be initialised");
	ft = xcalloc(1, sizeof(*ft));
	ft->conf = conf;
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

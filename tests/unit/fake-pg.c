/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake-pg.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/call.h"
#include "db/db.h"

#define MESSAGE_MAX       65536
#define PROTOCOL_3        196608
#define CANCEL_REQUEST    80877102
#define FAKE_PREPARED_MAX 64

struct shared {
	struct fake_seen seen;
	unsigned         step;
	bool             cancelled;
};

struct fake_pg {
	struct fake_script script;
	struct shared     *shared;
	char               dir[64], socket[108], conninfo[200];
	pid_t              pid;
};

/* One connection. */
struct session {
	const struct fake_script *script;
	struct shared            *shared;
	int                       fd;
	struct buf                out;
	struct {
		char               name[64];
		const struct call *call;
	} prepared[FAKE_PREPARED_MAX];
	size_t             n_prepared;
	const struct call *bound;
	bool               failed;      /* until Sync */
	bool               close_after; /* once this batch is answered */
};

/* The test or the program asks for what this server does not know. */
static _Noreturn void broken(const char *what, const char *text)
{
	fprintf(stderr, "fake-pg: unknown %s: %s\n", what, text);
	abort();
}

/* --- bytes */

static void put16(struct buf *b, int n)
{
	const uint16_t be = htons((uint16_t)n);

	buf_add(b, &be, sizeof(be));
}

static void put32(struct buf *b, uint32_t n)
{
	const uint32_t be = htonl(n);

	buf_add(b, &be, sizeof(be));
}

static void puts0(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s) + 1);
}

static void message(struct session *s, char type, const struct buf *body)
{
	buf_addc(&s->out, type);
	put32(&s->out, (uint32_t)(body ? body->len : 0) + 4);
	if (body)
		buf_add(&s->out, body->data, body->len);
}

static uint32_t get32(const char *p)
{
	uint32_t be;

	memcpy(&be, p, sizeof(be));
	return ntohl(be);
}

static uint16_t get16(const char *p)
{
	uint16_t be;

	memcpy(&be, p, sizeof(be));
	return ntohs(be);
}

static void read_all(int fd, char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, p, len);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
}

static void send_out(struct session *s)
{
	const char *p = buf_str(&s->out);
	size_t      left = s->out.len;

	while (left > 0) {
		ssize_t n = send(s->fd, p, left, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		p += n;
		left -= (size_t)n;
	}
	buf_clear(&s->out);
}

/* --- what the server says */

static void say_error(struct session *s, const char *severity, const char *sqlstate)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);

	buf_addc(&b, 'S');
	puts0(&b, severity);
	buf_addc(&b, 'C');
	puts0(&b, sqlstate);
	buf_addc(&b, 'M');
	puts0(&b, "scripted error");
	buf_addc(&b, '\0');
	message(s, 'E', &b);
}

static void say_ready(struct session *s)
{
	auto_clear(buf) struct buf b = BUF_INIT(1);

	buf_addc(&b, 'I');
	message(s, 'Z', &b);
}

static void say_text(struct session *s, char type, const char *text)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);

	puts0(&b, text);
	message(s, type, &b);
}

static void say_parameter(struct session *s, const char *name, const char *value)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);

	puts0(&b, name);
	puts0(&b, value);
	message(s, 'S', &b);
}

static void say_notification(struct session *s)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);

	put32(&b, 1);
	puts0(&b, "bell");
	puts0(&b, "");
	message(s, 'A', &b);
}

static Oid oid_of(const char *type, size_t len)
{
	for (Oid oid = 1; oid < 4000; oid++) {
		const char *name = call_type_name(oid);

		if (strlen(name) == len && memcmp(name, type, len) == 0)
			return oid;
	}
	broken("type", type);
}

static void say_params(struct session *s, const struct call *c)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);

	put16(&b, (int)call_n_params(c));
	for (const char *at = c->params; *(at += strspn(at, " ")); at += strcspn(at, " "))
		put32(&b, oid_of(at, strcspn(at, " ")));
	message(s, 't', &b);
}

static int count_columns(const struct call *c)
{
	int n = 0;

	for (const char *at = c->columns; (at = strchr(at, ':')); at++)
		n++;
	return n;
}

static bool is_odd(const struct session *s, const struct call *c, enum fake_oddity oddity)
{
	auto_free char *function = call_function(c);

	return s->script->odd_function && strcmp(function, s->script->odd_function) == 0 && s->script->oddity == oddity;
}

static void say_column(struct buf *b, const char *name, size_t len, Oid type)
{
	buf_add(b, name, len);
	buf_addc(b, '\0');
	put32(b, 0);
	put16(b, 0);
	put32(b, type);
	put16(b, -1);
	put32(b, UINT32_MAX);
	put16(b, 0);
}

static void say_columns(struct session *s, const struct call *c)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	const bool                 wrong = is_odd(s, c, FAKE_WRONG_TYPE);
	int                        left = count_columns(c) - (is_odd(s, c, FAKE_NARROW) ? 1 : 0);
	const char                *at = c->columns;

	put16(&b, left);
	for (; left > 0; left--, at += strcspn(at, " ")) {
		at += strspn(at, " ");
		const char *type = strchr(at, ':') + 1;

		say_column(&b, at, (size_t)(type - 1 - at), wrong && left == 1 ? 26 : oid_of(type, strcspn(type, " ")));
	}
	message(s, 'T', &b);
}

static void say_row(struct session *s, const struct call *c, const char *const *values)
{
	auto_clear(buf) struct buf b = BUF_INIT(MESSAGE_MAX);
	const int                  n = count_columns(c);

	put16(&b, n);
	for (int i = 0; i < n; i++) {
		put32(&b, values[i] ? (uint32_t)strlen(values[i]) : UINT32_MAX);
		if (values[i])
			buf_adds(&b, values[i]);
	}
	message(s, 'D', &b);
}

/* --- the script */

static void await_cancel(const struct session *s)
{
	while (!__atomic_load_n(&s->shared->cancelled, __ATOMIC_SEQ_CST)) {
		struct pollfd pfd = { .fd = s->fd, .events = POLLRDHUP };

		if (poll(&pfd, 1, 5) > 0)
			_exit(0);
	}
	__atomic_store_n(&s->shared->cancelled, false, __ATOMIC_SEQ_CST);
}

static void end_session(struct session *s)
{
	send_out(s);
	_exit(0);
}

static void answer_with_row(struct session *s, const struct call *c, const struct fake_step *step)
{
	say_row(s, c, step->values);
	say_text(s, 'C', "SELECT 1");
	s->close_after = step->kind == FAKE_ROW_FATAL;
	if (step->kind == FAKE_ROW_NOTIFY)
		say_notification(s);
}

static void answer_without(struct session *s, const struct fake_step *step)
{
	switch (step->kind) {
	case FAKE_NO_ROWS: say_text(s, 'C', "SELECT 0"); return;
	case FAKE_HANG:
		send_out(s);
		await_cancel(s);
		say_error(s, "ERROR", "57014");
		break;
	case FAKE_DEAF:
		send_out(s);
		pause();
		break;
	case FAKE_CLOSE: end_session(s); break;
	case FAKE_FATAL:
		say_error(s, "FATAL", step->sqlstate);
		end_session(s);
		break;
	case FAKE_ERROR: say_error(s, "ERROR", step->sqlstate); break;
	case FAKE_ROW:
	case FAKE_ROW_FATAL:
	case FAKE_ROW_NOTIFY: break;
	}
	s->failed = true;
}

static void execute(struct session *s, const struct call *c)
{
	auto_free char         *expected = xasprintf("%d", DB_SCHEMA_VERSION);
	const char *const       version[] = { s->script->version ? s->script->version : expected };
	const struct fake_step *step;
	unsigned                n;

	if (strstr(c->title, "SCHEMA_VERSION")) {
		say_row(s, c, version);
		say_text(s, 'C', "SELECT 1");
		return;
	}
	n = __atomic_fetch_add(&s->shared->step, 1, __ATOMIC_SEQ_CST);
	s->shared->seen.calls++;
	assert(n < FAKE_STEPS_MAX);
	step = &s->script->steps[n];
	if (step->kind == FAKE_ROW || step->kind == FAKE_ROW_FATAL || step->kind == FAKE_ROW_NOTIFY)
		answer_with_row(s, c, step);
	else
		answer_without(s, step);
}

/* --- messages of the client */

static const struct call *find_call(const char *statement)
{
	for (int id = 0; id < DB_N_CALLS; id++) {
		const struct call *c = call_get((enum db_call_id)id);
		auto_free char    *text = call_statement(c);

		if (strcmp(text, statement) == 0)
			return c;
	}
	broken("statement", statement);
}

static void on_parse(struct session *s, const char *body)
{
	const char        *name = body;
	const struct call *c = find_call(body + strlen(body) + 1);
	size_t             at = 0;

	s->shared->seen.parses++;
	if (is_odd(s, c, FAKE_VANISHES))
		end_session(s);
	if (is_odd(s, c, FAKE_REFUSED)) {
		say_error(s, "ERROR", s->script->odd_sqlstate);
		s->failed = true;
		return;
	}
	while (at < s->n_prepared && strcmp(s->prepared[at].name, name) != 0)
		at++;
	assert(at < FAKE_PREPARED_MAX);
	if (at == s->n_prepared)
		s->n_prepared++;
	snprintf(s->prepared[at].name, sizeof(s->prepared[at].name), "%s", name);
	s->prepared[at].call = c;
	message(s, '1', NULL);
}

static const struct call *find_prepared(const struct session *s, const char *name)
{
	for (size_t i = 0; i < s->n_prepared; i++) {
		if (strcmp(s->prepared[i].name, name) == 0)
			return s->prepared[i].call;
	}
	broken("prepared statement", name);
}

static void on_describe(struct session *s, const char *body)
{
	const struct call *c = *body == 'S' ? find_prepared(s, body + 1) : s->bound;

	if (*body == 'S')
		say_params(s, c);
	say_columns(s, c);
}

static void note_params(struct session *s, const char *p)
{
	auto_clear(buf) struct buf b = BUF_INIT(sizeof(s->shared->seen.params) - 1);
	const int                  n_formats = get16(p);
	const char                *formats = p + 2;
	int                        n;

	p += 2 + 2 * n_formats;
	n = get16(p);
	p += 2;
	for (int i = 0; i < n; i++) {
		const bool     binary = n_formats > 0 && get16(formats + (ptrdiff_t)(n_formats > 1 ? 2 * i : 0)) == 1;
		const uint32_t len = get32(p);

		p += 4;
		buf_adds(&b, i ? " " : "");
		if (len == UINT32_MAX) {
			buf_adds(&b, "(null)");
			continue;
		}
		buf_adds(&b, binary ? "\\x" : "");
		for (uint32_t j = 0; j < len; j++)
			buf_addf(&b, binary ? "%02x" : "%c", (unsigned char)p[j]);
		p += len;
	}
	snprintf(s->shared->seen.params, sizeof(s->shared->seen.params), "%s", buf_str(&b));
}

static void on_bind(struct session *s, const char *body)
{
	const char *name = body + strlen(body) + 1;

	s->bound = find_prepared(s, name);
	note_params(s, name + strlen(name) + 1);
	message(s, '2', NULL);
}

static void on_sync(struct session *s)
{
	say_ready(s);
	s->failed = false;
	send_out(s);
	if (!s->close_after)
		return;
	say_error(s, "FATAL", "57P01");
	end_session(s);
}

static void on_query(struct session *s)
{
	s->shared->seen.listens++;
	if (s->script->listen_sqlstate)
		say_error(s, "ERROR", s->script->listen_sqlstate);
	else
		say_text(s, 'C', "LISTEN");
	on_sync(s);
}

static void serve_message(struct session *s, char type, const char *body)
{
	if (type == 'S')
		on_sync(s);
	else if (type == 'X')
		_exit(0);
	else if (s->failed)
		return;
	else if (type == 'P')
		on_parse(s, body);
	else if (type == 'D')
		on_describe(s, body);
	else if (type == 'B')
		on_bind(s, body);
	else if (type == 'E')
		execute(s, s->bound);
	else if (type == 'Q')
		on_query(s);
}

static void on_startup(struct session *s, const char *p, const char *end)
{
	auto_clear(buf) struct buf seen = BUF_INIT(sizeof(s->shared->seen.startup) - 1);
	auto_clear(buf) struct buf ok = BUF_INIT(64), key = BUF_INIT(64);

	while (p < end && *p) {
		const char *value = p + strlen(p) + 1;

		buf_addf(&seen, "%s=%s ", p, value);
		p = value + strlen(value) + 1;
	}
	snprintf(s->shared->seen.startup, sizeof(s->shared->seen.startup), "%s", buf_str(&seen));
	put32(&ok, 0);
	message(s, 'R', &ok);
	say_parameter(s, "server_version", "15.0");
	say_parameter(s, "client_encoding", "UTF8");
	say_parameter(s, "standard_conforming_strings", "on");
	put32(&key, 1);
	put32(&key, 2);
	message(s, 'K', &key);
	say_ready(s);
	send_out(s);
}

static void serve(struct session *s)
{
	char     body[MESSAGE_MAX], type;
	uint32_t len;

	read_all(s->fd, body, 8);
	len = get32(body) - 4;
	if (get32(body + 4) == CANCEL_REQUEST) {
		__atomic_fetch_add(&s->shared->seen.cancels, 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&s->shared->cancelled, true, __ATOMIC_SEQ_CST);
		return;
	}
	assert(get32(body + 4) == PROTOCOL_3 && len < sizeof(body));
	if (__atomic_add_fetch(&s->shared->seen.connects, 1, __ATOMIC_SEQ_CST) > s->script->accept && s->script->accept)
		pause();
	read_all(s->fd, body, len - 4);
	on_startup(s, body, body + len - 4);
	for (;;) {
		read_all(s->fd, &type, 1);
		read_all(s->fd, body, 4);
		len = get32(body) - 4;
		assert(len < sizeof(body));
		read_all(s->fd, body, len);
		serve_message(s, type, body);
	}
}

/* --- processes */

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int                fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert(fd >= 0 && bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(fd, 10) == 0);
	return fd;
}

static void accept_forever(const struct fake_pg *fake, int fd)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client < 0 || fork() != 0) {
			close(client);
			continue;
		}
		struct session s = {
			.script = &fake->script,
			.shared = fake->shared,
			.fd = client,
			.out = BUF_INIT(MESSAGE_MAX * 4),
		};
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(&s);
		_exit(0);
	}
}

void fake_pg_resume(struct fake_pg *fake)
{
	const int fd = listen_at(fake->socket);

	fake->pid = fork();
	assert(fake->pid >= 0);
	if (fake->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		accept_forever(fake, fd);
	}
	close(fd);
}

void fake_pg_pause(struct fake_pg *fake)
{
	kill(fake->pid, SIGKILL);
	waitpid(fake->pid, NULL, 0);
	unlink(fake->socket);
}

struct fake_pg *fake_pg_start(const struct fake_script *script)
{
	struct fake_pg *fake = xcalloc(1, sizeof(*fake));

	fake->script = *script;
	fake->shared = mmap(NULL, sizeof(*fake->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(fake->shared != MAP_FAILED);
	snprintf(fake->dir, sizeof(fake->dir), "/tmp/chert-fake-pg-XXXXXX");
	assert(mkdtemp(fake->dir));
	snprintf(fake->socket, sizeof(fake->socket), "%s/.s.PGSQL.5432", fake->dir);
	snprintf(fake->conninfo, sizeof(fake->conninfo), "host=%s port=5432 dbname=fake", fake->dir);
	fake_pg_resume(fake);
	return fake;
}

void fake_pg_stop(struct fake_pg *fake)
{
	fake_pg_pause(fake);
	rmdir(fake->dir);
	munmap(fake->shared, sizeof(*fake->shared));
	free(fake);
}

const char *fake_pg_conninfo(const struct fake_pg *fake)
{
	return fake->conninfo;
}

const struct fake_seen *fake_pg_seen(const struct fake_pg *fake)
{
	return &fake->shared->seen;
}

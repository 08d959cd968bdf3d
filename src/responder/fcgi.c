/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clk.h"
#include "base/mem.h"

static const int             stop_signals[] = { SIGTERM, SIGINT, SIGHUP };
static volatile sig_atomic_t stopped;

struct fc {
	int            listen_fd;
	sigset_t       waiting; /* signal mask while waiting for a request */
	struct timeval timeout;
	FCGX_Request   request;
};

static void on_stop(int signal UNUSED)
{
	stopped = 1;
}

static void on_ignored(int signal UNUSED)
{
}

/*
 * Stop signals are blocked but for the moment of waiting, so that none is lost between a look at `stopped` and the
 * wait, and none breaks a request in hand.  FCGX_Init replaces what is ignored or default by handlers of its own,
 * hence the empty one.
 */
static void prepare_signals(struct fc *fc)
{
	struct sigaction stop = { .sa_handler = on_stop },
			 ignored = { .sa_handler = on_ignored, .sa_flags = SA_RESTART };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++) {
		sigaction(stop_signals[i], &stop, NULL);
		sigaddset(&blocked, stop_signals[i]);
	}
	sigaction(SIGPIPE, &ignored, NULL);
	sigaction(SIGUSR1, &ignored, NULL);
	sigprocmask(SIG_BLOCK, &blocked, &fc->waiting);
	for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
		sigdelset(&fc->waiting, stop_signals[i]);
}

int fc_new(int listen_fd, int64_t timeout, struct fc **ret, struct problem *p)
{
	auto_(fc) struct fc *fc = xcalloc(1, sizeof(*fc));
	int                  flags = fcntl(listen_fd, F_GETFL);

	/* Of several workers that wake up for one connection, all but one must not block in accept. */
	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return problem_set(p, PROB_SYSTEM, "cannot use file descriptor %d: %s", listen_fd, strerror(errno));
	fc->listen_fd = listen_fd;
	fc->timeout.tv_sec = timeout / CLK_SECOND;
	fc->timeout.tv_usec = timeout % CLK_SECOND;
	prepare_signals(fc);
	/*
	 * Without a socket: when reading a request fails, libfcgi would accept the next one by itself,
	 * past our wait.
	 */
	if (FCGX_Init() != 0 || FCGX_InitRequest(&fc->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return problem_set(p, PROB_SYSTEM, "cannot initialise libfcgi");
	*ret = steal(fc);
	return 0;
}

void fc_free(struct fc *fc)
{
	if (!fc)
		return;
	FCGX_Free(&fc->request, 1);
	free(fc);
}

/* Under load ppoll() always finds a connection and never lets a signal in. */
static bool must_stop(void)
{
	sigset_t pending;

	if (stopped)
		return true;
	sigpending(&pending);
	for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
		if (sigismember(&pending, stop_signals[i]) == 1)
			return true;
	return false;
}

/* A connection, or -1 to look again. */
static int wait_for_connection(const struct fc *fc)
{
	struct pollfd listening = { .fd = fc->listen_fd, .events = POLLIN };
	int           fd;

	if (ppoll(&listening, 1, NULL, &fc->waiting) < 0)
		return -1;
	fd = accept4(fc->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
		poll(NULL, 0, 100); /* no loop at full speed while the system is out of something */
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &fc->timeout, sizeof(fc->timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &fc->timeout, sizeof(fc->timeout));
	return fd;
}

bool fc_accept(struct fc *fc)
{
	while (!must_stop()) {
		int fd = wait_for_connection(fc);

		if (fd < 0)
			continue;
		/*
		 * FCGX_Accept_r() takes a connection that is there already,
		 * but would close it if it were not to be kept.
		 */
		fc->request.ipcFd = fd;
		fc->request.keepConnection = 1;
		if (FCGX_Accept_r(&fc->request) == 0)
			return true;
	}
	return false;
}

char *const *fc_env(const struct fc *fc)
{
	return fc->request.envp;
}

char *fc_read(struct fc *fc, size_t len)
{
	auto_free char *body = xcalloc(len + 1, 1);

	if (len > INT_MAX || FCGX_GetStr(body, (int)len, fc->request.in) != (int)len)
		return NULL;
	return steal(body);
}

/* Never kept: a worker would then serve this one connection only, and starve the others (nginx's fastcgi_keep_conn). */
bool fc_finish(struct fc *fc, const char *response, size_t len)
{
	bool sent = len <= INT_MAX && FCGX_PutStr(response, (int)len, fc->request.out) == (int)len;

	fc->request.keepConnection = 0;
	FCGX_Finish_r(&fc->request);
	return sent;
}

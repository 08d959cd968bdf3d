/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/mem.h"

#define BACKLOG 1024 /* the kernel cuts it to net.core.somaxconn */

bool listen_is_ready(int fd)
{
	int       accepts = 0;
	socklen_t len = sizeof(accepts);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len) == 0 && accepts;
}

static int make_address(const char *path, struct sockaddr_un *ret, struct problem *p)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return problem_set(p, PROB_CONFIG, "socket path %s is longer than %zu bytes", path,
		                   sizeof(ret->sun_path) - 1);
	memcpy(ret->sun_path, path, strlen(path));
	return 0;
}

static int refuse_if_alive(const char *path, struct problem *p)
{
	struct sockaddr_un address;
	auto_fd int        fd = -1;
	int                r = make_address(path, &address, p);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return problem_set(p, PROB_SYSTEM, "cannot make a socket: %s", strerror(errno));
	/* EAGAIN is a full backlog: alive and busy. */
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN)
		return problem_set(p, PROB_CONFIG, "another process listens on %s", path);
	return 0;
}

/* Under a name of its own; the umask keeps others out until the mode is set. */
static int bind_and_listen(int fd, const char *path, mode_t mode, struct problem *p)
{
	struct sockaddr_un address;
	int                r = make_address(path, &address, p);

	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT)
		return problem_set(p, PROB_SYSTEM, "cannot remove %s: %s", path, strerror(errno));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return problem_set(p, PROB_SYSTEM, "cannot make socket %s: %s", path, strerror(errno));
	if (chmod(path, mode) < 0 || listen(fd, BACKLOG) < 0)
		return problem_set(p, PROB_SYSTEM, "cannot listen on %s: %s", path, strerror(errno));
	return 0;
}

int listen_open(const char *path, mode_t mode, int *ret, struct problem *p)
{
	auto_free char *temporary = xasprintf("%s.%ld", path, (long)getpid());
	auto_fd int     fd = -1;
	int             r = refuse_if_alive(path, p);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return problem_set(p, PROB_SYSTEM, "cannot make a socket: %s", strerror(errno));
	r = bind_and_listen(fd, temporary, mode, p);
	if (r == 0 && rename(temporary, path) < 0)
		r = problem_set(p, PROB_SYSTEM, "cannot put a socket at %s: %s", path, strerror(errno));
	if (r < 0) {
		unlink(temporary);
		return r;
	}
	*ret = fd;
	fd = -1;
	return 0;
}

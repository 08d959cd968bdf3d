/* SPDX-License-Identifier: BSD-2-Clause */
/* notify and privs: what they tell the system, seen from the system. */
#include "unit.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/notify.h"
#include "base/privs.h"

/* Exit status of fn in a child: what it changes cannot be taken back. */
static int in_child(int (*fn)(void))
{
	int   status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int bind_socket(const char *path, size_t len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int                fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(addr.sun_path, path, len);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)&addr, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	return fd;
}

static void assert_received(int fd, const char *text)
{
	char          out[100] = "";
	const ssize_t n = recv(fd, out, sizeof(out) - 1, 0);

	assert_int_equal(n, strlen(text));
	assert_string_equal(out, text);
}

static void test_notify_path(void **state UNUSED)
{
	auto_free char *path = xasprintf("/tmp/chert-test-notify.%d", (int)getpid());
	auto_fd int     fd = bind_socket(path, strlen(path));

	setenv("NOTIFY_SOCKET", path, 1);
	notify_supervisor("READY=1");
	assert_received(fd, "READY=1");
	unlink(path);
}

static void test_notify_abstract(void **state UNUSED)
{
	auto_free char *path = xasprintf("@chert-test-notify.%d", (int)getpid());
	auto_free char *name = xstrdup(path);
	auto_fd int     fd = -1;

	name[0] = '\0';
	fd = bind_socket(name, strlen(path));
	setenv("NOTIFY_SOCKET", path, 1);
	notify_supervisor("STOPPING=1");
	assert_received(fd, "STOPPING=1");
}

static void test_notify_nobody(void **state UNUSED)
{
	static const char *const paths[] = { "", "/", "relative", "/nonexistent/socket", "@chert-test-nobody" };
	char                     too_long[200] = "/";

	memset(too_long + 1, 'a', sizeof(too_long) - 2);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		setenv("NOTIFY_SOCKET", paths[i], 1);
		notify_supervisor("READY=1");
	}
	setenv("NOTIFY_SOCKET", too_long, 1);
	notify_supervisor("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_supervisor("READY=1");
}

static int harden(void)
{
	struct rlimit core;

	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	privs_harden();
	if (fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0)
		return 1;
	if (umask(022) != 077)
		return 2;
	if (getrlimit(RLIMIT_CORE, &core) < 0 || core.rlim_max != 0)
		return 3;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 4;
#ifndef WITH_SANITIZERS
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 5;
#endif
	return 0;
}

static void test_harden(void **state UNUSED)
{
	assert_int_equal(in_child(harden), 0);
}

static int lock_memory(void)
{
	auto_free char *memory = NULL;

	privs_lock_memory();
	/* Whether or not it was permitted, memory must still be had. */
	memory = xcalloc(1, 1 << 20);
	return memory[100];
}

static void test_lock_memory(void **state UNUSED)
{
	assert_int_equal(in_child(lock_memory), 0);
}

static int become_nobody(void)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct passwd               *pw;
	gid_t                              groups[2];

	if (privs_become("nobody", &p) < 0)
		return 1;
	pw = getpwnam("nobody");
	if (!pw || getuid() != pw->pw_uid || getgid() != pw->pw_gid)
		return 2;
	if (getgroups(2, groups) != 1 || groups[0] != pw->pw_gid)
		return 3;
	return setuid(0) == 0 ? 4 : 0;
}

static int become_refused(void)
{
	static const char *const users[] = { "nonesuch-user", "root", "" };
	int                      n = 0;

	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;

		n += privs_become(users[i], &p) == -PROB_CONFIG;
	}
	return n == ARRAY_LEN(users) ? 0 : 1;
}

/* Without root, privs_become() must refuse everything. */
static void test_become(void **state UNUSED)
{
	assert_int_equal(in_child(become_nobody), geteuid() == 0 ? 0 : 1);
	assert_int_equal(in_child(become_refused), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify_path),   cmocka_unit_test(test_notify_abstract),
		cmocka_unit_test(test_notify_nobody), cmocka_unit_test(test_harden),
		cmocka_unit_test(test_lock_memory),   cmocka_unit_test(test_become),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

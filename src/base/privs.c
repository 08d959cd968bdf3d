/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/privs.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"

#define EXIT_SETID 78 /* EX_CONFIG of sysexits(3) */

/* Web servers start FastCGI programs with stdout and stderr closed; the next socket must not take their numbers. */
static void open_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void forbid_core_dumps(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	/* A core_pattern that names a pipe ignores the limit.  LeakSanitizer needs to attach to its process. */
#ifndef WITH_SANITIZERS
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void privs_harden(void)
{
	open_stdio();
	if (getauxval(AT_SECURE)) {
		log_event(LOGL_ERROR, "refused", "reason", "this program must not be set-id", NULL);
		_exit(EXIT_SETID);
	}
	umask(077);
	forbid_core_dumps();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void privs_lock_memory(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	const char   *reason = NULL;

	/* Under a finite limit MCL_FUTURE would succeed now and let a later allocation fail. */
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		reason = "the limit of locked memory (LimitMEMLOCK) is not infinity";
	else if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		reason = strerror(errno);
	if (reason)
		log_event(LOGL_NOTICE, "memory-not-locked", "reason", reason, NULL);
}

static bool is_only(uid_t uid, gid_t gid)
{
	uid_t ru, eu, su;
	gid_t rg, eg, sg;

	return getresuid(&ru, &eu, &su) == 0 && getresgid(&rg, &eg, &sg) == 0 && ru == uid && eu == uid && su == uid &&
	       rg == gid && eg == gid && sg == gid && setresuid((uid_t)-1, 0, (uid_t)-1) < 0;
}

int privs_become(const char *user, struct problem *p)
{
	const struct passwd *pw;

	if (geteuid() != 0)
		return problem_set(p, PROB_CONFIG, "cannot become user %s: only root can", user);
	pw = getpwnam(user);
	if (!pw)
		return problem_set(p, PROB_CONFIG, "there is no user %s", user);
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		return problem_set(p, PROB_CONFIG, "user %s has root's rights, expected an unprivileged one", user);
	if (setgroups(1, &pw->pw_gid) < 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return problem_set(p, PROB_SYSTEM, "cannot become user %s: %s", user, strerror(errno));
	if (!is_only(pw->pw_uid, pw->pw_gid))
		return problem_set(p, PROB_SYSTEM, "user %s could become root again", user);
	/* The change of user made the process dumpable again. */
	forbid_core_dumps();
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static int present(const char *path, struct problem *p)
{
	return problem_set(p, PROB_CONFIG, "%s is already there; --force replaces it", path);
}

int file_check_absent(const char *path, enum file_overwrite overwrite, struct problem *p)
{
	struct stat st;

	if (overwrite == FILE_REPLACE || (lstat(path, &st) < 0 && errno == ENOENT))
		return 0;
	return present(path, p);
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* umask is 077, so the mode is set on the open file. */
static int write_temporary(const char *path, const void *data, size_t len, mode_t mode, struct problem *p)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return problem_set(p, PROB_SYSTEM, "%s: %s", path, strerror(errno));
	if (write_all(fd, data, len) && fchmod(fd, mode) == 0 && fsync(fd) == 0)
		return 0;
	problem_set(p, PROB_SYSTEM, "%s: %s", path, strerror(errno));
	unlink(path);
	return -PROB_SYSTEM;
}

int file_write(const char *path, const void *data, size_t len, mode_t mode, enum file_overwrite overwrite,
               struct problem *p)
{
	auto_free char *temporary = xasprintf("%s.%ld.new", path, (long)getpid());
	int             r, err;

	r = write_temporary(temporary, data, len, mode, p);
	if (r < 0)
		return r;
	/* link() is the rename that does not overwrite. */
	r = overwrite == FILE_REPLACE ? rename(temporary, path) : link(temporary, path);
	err = errno;
	if (r < 0 || overwrite == FILE_KEEP)
		unlink(temporary);
	if (r < 0 && err == EEXIST)
		return present(path, p);
	return r < 0 ? problem_set(p, PROB_SYSTEM, "%s: %s", path, strerror(err)) : 0;
}

int file_make_directory(const char *path, struct problem *p)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return chmod(path, 0755) == 0 ? 0 : problem_set(p, PROB_SYSTEM, "%s: %s", path, strerror(errno));
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return problem_set(p, PROB_CONFIG, "directory %s: %s", path, strerror(errno));
}

int file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct problem *p)
{
	auto_file FILE *f = fopen(path, "re");
	auto_free char *text = xcalloc(1, max + 1);
	size_t          n;

	if (!f)
		return problem_set(p, PROB_CONFIG, "%s: %s", path, strerror(errno));
	n = fread(text, 1, max + 1, f);
	if (ferror(f))
		return problem_set(p, PROB_CONFIG, "%s: %s", path, strerror(errno));
	if (n > max)
		return problem_set(p, PROB_CONFIG, "%s is longer than %zu bytes", path, max);
	text[n] = '\0';
	*ret = steal(text);
	*ret_len = n;
	return 0;
}

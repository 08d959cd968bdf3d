/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "pki/ident.h"

struct entry {
	const char *name; /* in the text */
	struct addr addr;
};

struct hosts {
	char         *path, *text;
	struct entry *entries;
	size_t        n, cap;
	struct stat   seen; /* of the file that was read or refused last */
};

static void hosts_add(struct hosts *h, const char *name, const struct addr *a)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 16;
		h->entries = xrealloc(h->entries, h->cap, sizeof(*h->entries));
	}
	h->entries[h->n++] = (struct entry){ .name = name, .addr = *a };
}

static int parse_line(struct hosts *h, char *line, unsigned number, struct problem *p)
{
	static const char blanks[] = " \t\r";
	char             *rest = NULL, *word;
	struct addr       a;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, blanks, &rest);
	if (!word)
		return 0;
	if (!addr_from_text(word, &a))
		return problem_set(p, PROB_CONFIG, "%s:%u: line does not begin with an IP address", h->path, number);
	while ((word = strtok_r(NULL, blanks, &rest))) {
		if (strlen(word) > IDENT_MAX)
			return problem_set(p, PROB_CONFIG, "%s:%u: name longer than %d characters", h->path, number,
			                   IDENT_MAX);
		hosts_add(h, word, &a);
	}
	return 0;
}

int hosts_parse(const char *path, const char *text, size_t len, struct hosts **ret, struct problem *p)
{
	auto_(hosts) struct hosts *h = xcalloc(1, sizeof(*h));
	char                      *next, *line;
	unsigned                   number = 0;
	int                        r;

	h->path = xstrdup(path);
	h->text = xcalloc(len + 1, 1);
	memcpy(h->text, text, len);
	next = h->text;
	while ((line = strsep(&next, "\n"))) {
		r = parse_line(h, line, ++number, p);
		if (r < 0)
			return r;
	}
	*ret = steal(h);
	return 0;
}

static int read_all(int fd, const char *path, char **ret, size_t *ret_len, struct problem *p)
{
	auto_free char *text = xcalloc(HOSTS_FILE_MAX + 1, 1);
	size_t          len = 0;
	ssize_t         n;

	while ((n = read(fd, text + len, HOSTS_FILE_MAX + 1 - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return problem_set(p, PROB_CONFIG, "%s: %s", path, strerror(errno));
		len += (size_t)n;
		if (len > HOSTS_FILE_MAX)
			return problem_set(p, PROB_CONFIG, "%s: larger than %d bytes", path, HOSTS_FILE_MAX);
	}
	*ret_len = len;
	*ret = steal(text);
	return 0;
}

int hosts_load(const char *path, struct hosts **ret, struct problem *p)
{
	auto_fd int     fd = open(path, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct stat     st;
	size_t          len = 0;
	int             r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return problem_set(p, PROB_CONFIG, "%s: %s", path, strerror(errno));
	r = read_all(fd, path, &text, &len, p);
	if (r < 0)
		return r;
	r = hosts_parse(path, text, len, ret, p);
	if (r < 0)
		return r;
	(*ret)->seen = st;
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int hosts_refresh(struct hosts **hosts, struct problem *p)
{
	struct hosts *old = *hosts, *fresh = NULL;
	struct stat   st = { 0 };
	int           r;

	/* A file that is gone counts as changed once: its zeroed stat is remembered below. */
	if (stat(old->path, &st) < 0)
		st = (struct stat){ 0 };
	if (same_file(&st, &old->seen))
		return 0;
	old->seen = st;
	r = hosts_load(old->path, &fresh, p);
	if (r < 0)
		return r;
	*hosts = fresh;
	hosts_free(old);
	return 0;
}

void hosts_free(struct hosts *hosts)
{
	if (!hosts)
		return;
	free(hosts->entries);
	free(hosts->text);
	free(hosts->path);
	free(hosts);
}

/* `star` stands before the name: "" or "*" (of "*.example.org", the name being ".example.org"). */
static bool is_entry(const struct entry *e, const char *star, const char *name)
{
	size_t len = strlen(star);

	return strncmp(e->name, star, len) == 0 && strcasecmp(e->name + len, name) == 0;
}

static bool find_one(const struct hosts *hosts, const char *star, const char *name, struct hosts_query *q)
{
	bool found = false;

	for (size_t i = 0; i < hosts->n; i++) {
		const struct entry *e = &hosts->entries[i];

		if (!is_entry(e, star, name))
			continue;
		found = true;
		if (e->addr.v6 == q->v6 && q->n < q->size)
			q->out[q->n++] = e->addr;
	}
	return found;
}

bool hosts_find(const struct hosts *hosts, const char *name, struct hosts_query *q)
{
	const char *parent = name;
	bool        found = find_one(hosts, "", name, q);

	while (!found && (parent = strchr(parent, '.'))) {
		found = find_one(hosts, "*", parent, q);
		parent++;
	}
	return found || find_one(hosts, "*", "", q);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/link.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static const char *base;

void link_setup(const char *base_url)
{
	base = base_url;
}

char *link_plain(const char *path)
{
	assert(base);
	return xasprintf("%s%s", base, path);
}

/* The path with its first %s replaced. */
static char *fill(const char *path, const char *text)
{
	const char *hole = strstr(path, "%s");

	assert(hole);
	return xasprintf("%.*s%s%s", (int)(hole - path), path, text, hole + 2);
}

char *link_id(const char *path, const struct id *id)
{
	char            text[ID_TEXT_LEN + 1];
	auto_free char *filled = NULL;

	id_to_text(id, text);
	filled = fill(path, text);
	return link_plain(filled);
}

char *link_challenge(const struct id *authorization, const char *type)
{
	auto_free char *url = link_id(LINK_CHALLENGE, authorization);

	return fill(url, type);
}

bool link_account_id(const char *url, struct id *ret)
{
	auto_free char *prefix = link_plain(LINK_ACCOUNT);
	const size_t    len = strlen(prefix) - strlen("%s");

	return strncmp(url, prefix, len) == 0 && id_from_text(url + len, strlen(url + len), ret);
}

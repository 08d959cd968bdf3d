/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/route.h"

#include <assert.h>
#include <string.h>

#include "responder/req.h"

/* clang-format off */
static const struct resource *const resources[] = {
	&rt_directory,
	&rt_new_nonce,
	&rt_new_account,
	&rt_account,
	&rt_orders,
	&rt_key_change,
	&rt_terms,
	&rt_new_order,
	&rt_new_authz,
	&rt_order,
	&rt_finalize,
	&rt_authorization,
	&rt_challenge,
	&rt_certificate,
	&rt_alternate,
	&rt_renewal_info,
	&rt_revoke_cert,
	NULL,
};
/* clang-format on */

const struct resource *const *rt_all(void)
{
	return resources;
}

static bool take_word(const char *text, size_t len, struct route_args *ret)
{
	if (len == 0 || len >= sizeof(ret->word) || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") < len)
		return false;
	memcpy(ret->word, text, len);
	ret->word[len] = '\0';
	return true;
}

static bool match(const char *pattern, const char *path, struct route_args *ret)
{
	unsigned n = 0;

	while (*pattern) {
		if (*pattern == '*') {
			ret->rest = path;
			return *path != '\0';
		}
		if (strncmp(pattern, "%s", 2) == 0) {
			size_t len = strcspn(path, "/");

			if (!(n++ == 0 ? id_from_text(path, len, &ret->id) : take_word(path, len, ret)))
				return false;
			pattern += 2;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

const struct resource *rt_find(const char *path, struct route_args *ret)
{
	for (const struct resource *const *r = resources; *r; r++) {
		struct route_args args = { 0 };

		if (match((*r)->path, path, &args)) {
			*ret = args;
			return *r;
		}
	}
	return NULL;
}

unsigned rt_methods(const struct resource *resource)
{
	unsigned methods = REQ_OPTIONS;

	if (resource->get)
		methods |= REQ_GET | REQ_HEAD;
	if (resource->read || resource->write || resource->submit)
		methods |= REQ_POST;
	return methods;
}

static void check_row(const struct resource *r)
{
	assert(r->name && r->summary && r->path && r->path[0] == '/');
	assert(r->get || r->read || r->write);
	assert(r->auth != AUTH_NONE || (!r->read && !r->write));
	assert(r->auth == AUTH_NONE || !r->submit);
	assert(!r->fields == !r->fields_size && (!r->fields || r->write));
	assert(!r->in_directory || !strchr(r->path, '%'));
	assert(strcspn(r->path, "*") + 1 >= strlen(r->path));
}

void rt_selfcheck(void)
{
	for (const struct resource *const *r = resources; *r; r++) {
		check_row(*r);
		for (const struct resource *const *other = resources; other < r; other++)
			assert(strcmp((*r)->name, (*other)->name) != 0 && strcmp((*r)->path, (*other)->path) != 0);
	}
}

static void print_path(const char *pattern, FILE *out)
{
	for (; *pattern; pattern++) {
		bool variable = strncmp(pattern, "%s", 2) == 0;

		fputc(variable ? '*' : *pattern, out);
		pattern += variable;
	}
}

static void print_resource(const struct resource *r, FILE *out)
{
	static const char *const signers[] = {
		[AUTH_NONE] = "nobody",
		[AUTH_KID] = "the account",
		[AUTH_JWK] = "the new key",
		[AUTH_KID_OR_JWK] = "the account or the key of the certificate",
	};
	const struct {
		bool        taken;
		const char *what;
	} requests[] = {
		{ r->get, "GET, HEAD," },
		{ r->read, "POST-as-GET," },
		{ r->write, "POST with a payload," },
		{ r->submit, "POST of a form," },
	};

	fputs(".It Pa ", out);
	print_path(r->path, out);
	fprintf(out, "\n%s.\nTakes", r->summary);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		if (requests[i].taken)
			fprintf(out, " %s", requests[i].what);
	fprintf(out, " signed by %s.\n", signers[r->auth]);
}

void rt_print_mdoc(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct resource *const *r = resources; *r; r++)
		print_resource(*r, out);
	fputs(".El\n", out);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/res.h"

#include <assert.h>
#include <string.h>

#include "json/js.h"

/* clang-format off */
static const struct reason {
	int         status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};
/* clang-format on */

static const char *reason(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Other";
}

void res_clear(struct response *res)
{
	free(res->location);
	buf_clear(&res->headers);
	buf_clear(&res->links);
	buf_clear(&res->body);
	*res = RES_INIT;
}

void res_header(struct response *res, const char *name, const char *value)
{
	assert(!strpbrk(value, "\r\n"));
	buf_addf(&res->headers, "%s: %s\r\n", name, value);
}

void res_link(struct response *res, const char *url, const char *rel)
{
	assert(!strpbrk(url, "\r\n<>"));
	buf_addf(&res->links, "<%s>;rel=\"%s\"\n", url, rel);
}

void res_retry_after(struct response *res, unsigned seconds)
{
	buf_addf(&res->headers, "Retry-After: %u\r\n", seconds);
}

void res_location(struct response *res, char *url)
{
	free(res->location);
	res->location = url;
}

void res_json(struct response *res, int status, const char *type, struct json_object *object)
{
	auto_(json) struct json_object *owned = object;
	size_t                          len = 0;
	const char                     *text = js_text(owned, &len);

	res->status = status;
	res->type = type;
	buf_add(&res->body, text, len);
	buf_addc(&res->body, '\n');
}

static void render_links(const struct response *res, bool for_mod_fcgid, struct buf *out)
{
	const char *line = buf_str(&res->links);

	for (unsigned n = 0; *line; n++) {
		const int len = (int)strcspn(line, "\n");

		assert(n < RES_LINKS_MAX);
		if (for_mod_fcgid)
			buf_addf(out, "X-Link-%u: %.*s\r\n", n, len, line);
		else
			buf_addf(out, "Link: %.*s\r\n", len, line);
		line += len + 1;
	}
}

void res_render(const struct response *res, bool without_body, bool for_mod_fcgid, struct buf *out)
{
	assert(!res->headers.failed && !res->links.failed && !res->body.failed);
	buf_addf(out, "Status: %d %s\r\n", res->status, reason(res->status));
	if (res->type)
		buf_addf(out, "Content-Type: %s\r\n", res->type);
	if (res->location)
		buf_addf(out, "%s: %s\r\n", for_mod_fcgid ? "X-Location" : "Location", res->location);
	buf_add(out, buf_str(&res->headers), res->headers.len);
	render_links(res, for_mod_fcgid, out);
	if (res->status != 204) /* RFC 9110 8.6 */
		buf_addf(out, "Content-Length: %zu\r\n", res->body.len);
	buf_adds(out, "\r\n");
	if (!without_body)
		buf_add(out, buf_str(&res->body), res->body.len);
}

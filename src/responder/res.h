/* SPDX-License-Identifier: BSD-2-Clause */
/* A response being put together, and its text for the web server (CGI headers, then the body). */
#ifndef CHERT_RESPONDER_RES_H
#define CHERT_RESPONDER_RES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define RES_MAX       4194304 /* bytes of one body or header block */
#define RES_LINKS_MAX 10      /* as many as Apache's configuration has room for */

struct response {
	int         status;
	const char *type;     /* static text; NULL: no Content-Type */
	unsigned    max_age;  /* seconds for which caches may keep it unasked */
	char       *location; /* owned */
	struct buf  headers;  /* finished lines */
	struct buf  links;    /* values of Link, one per line */
	struct buf  body;
};

#define RES_INIT            \
	((struct response){ \
		.status = 500, .headers = BUF_INIT(RES_MAX), .links = BUF_INIT(RES_MAX), .body = BUF_INIT(RES_MAX) })
void res_clear(struct response *res) NONNULL(1);

/* Values come from the program or its configuration, never from a client. */
void res_header(struct response *res, const char *name, const char *value) NONNULL(1, 2, 3);
/* One field per link, rel first and quoted: clients cut the text with regular expressions (conformance S8). */
void res_link(struct response *res, const char *url, const char *rel) NONNULL(1, 2, 3);
void res_retry_after(struct response *res, unsigned seconds) NONNULL(1);
/* Takes ownership of url. */
void res_location(struct response *res, char *url) NONNULL(1, 2);
/* Takes ownership of the object; type must be a static text. */
void res_json(struct response *res, int status, const char *type, struct json_object *object) NONNULL(1, 3, 4);

/*
 * The header block and, unless without_body, the body.  With for_mod_fcgid, Location goes out as X-Location and each
 * Link as X-Link-0 and so on: mod_fcgid turns 200 with Location into a redirect, although RFC 8555 7.3.1 demands that
 * answer, and joins fields of the same name, which S8 is about.  There the web server is told to give them their names
 * back.
 */
void res_render(const struct response *res, bool without_body, bool for_mod_fcgid, struct buf *out) NONNULL(1, 4);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What an HTTP server answered, as far as http-01 reads it, and what that proves (RFC 8555 8.3).  No network here. */
#ifndef CHERT_VALIDATOR_HTTP_REPLY_H
#define CHERT_VALIDATOR_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/problem.h"

#define HTTP_BODY_MAX   4096
#define HTTP_HEADER_MAX 16384

struct http_reply {
	long       status;
	struct buf location; /* what the last Location header of the final response says */
	struct buf body;
	bool       body_cut; /* there was more than HTTP_BODY_MAX */
	size_t     header_len;
	bool       in_body;
};

void http_reply_init(struct http_reply *r) NONNULL(1);
void http_reply_clear(struct http_reply *r) NONNULL(1);

/* A line of a header or trailer, with its end.  False: HTTP_HEADER_MAX is exceeded. */
bool http_reply_header(struct http_reply *r, const char *line, size_t len) NONNULL(1, 2) CHECK_RESULT;
/* A piece of the body.  False: no more is wanted. */
bool http_reply_body(struct http_reply *r, const char *data, size_t len) NONNULL(1, 2) CHECK_RESULT;

bool http_reply_is_redirect(const struct http_reply *r) NONNULL(1);
/*
 * Whether this answers the challenge.  PROB_UNAUTHORIZED: the status is none of success; PROB_INCORRECT_RESPONSE: the
 * body is not the key authorization.  The detail tells what kind of thing the body is, and nothing of what it says:
 * an applicant could read internal servers that way (RFC 8555 10.4, conformance A226).
 */
int http_reply_judge(const struct http_reply *r, const char *key_authorization, struct problem *p) NONNULL(1, 2, 3)
	CHECK_RESULT;

#endif

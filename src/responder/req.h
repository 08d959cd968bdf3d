/* SPDX-License-Identifier: BSD-2-Clause */
/* What the web server says about one request: FastCGI parameters in, checked fields out.  Does no input or output. */
#ifndef CHERT_RESPONDER_REQ_H
#define CHERT_RESPONDER_REQ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/problem.h"

#define REQ_PATH_MAX 200
#define REQ_ID_LEN   8

enum req_method {
	REQ_GET = 1u << 0,
	REQ_HEAD = 1u << 1,
	REQ_POST = 1u << 2,
	REQ_OPTIONS = 1u << 3,
	REQ_OTHER = 1u << 4,
};

/* Pointers are borrowed from the parameters, "" when absent; body is owned. */
struct request {
	char            id[REQ_ID_LEN + 1]; /* for the log and for internal errors */
	enum req_method method;
	const char     *method_text;
	const char     *target;                 /* path and query below base-url, as received */
	char            path[REQ_PATH_MAX + 1]; /* target up to the query */
	const char     *content_type;
	size_t          content_length;
	const char     *accept;
	const char     *origin;
	const char     *user_agent;
	const char     *remote_addr;
	bool            for_mod_fcgid; /* which needs some headers under other names: see res_render() */
	char           *body;
};

/*
 * Fills *ret (zeroed first) from "NAME=value" strings; base_path is what the path of base-url adds in front, "" or
 * "/acme".  Even after a failure *ret can be answered.  PROB_NOT_FOUND: a path that cannot be one of ours;
 * PROB_MALFORMED: a Content-Length that is no number.
 */
int req_parse(char *const *env, const char *base_path, struct request *ret, struct problem *p) NONNULL(1, 2, 3, 4)
	CHECK_RESULT;
void req_clear(struct request *req) NONNULL(1);

/* The names of a set of methods (bits of enum req_method) for a header field: GET, HEAD.  REQ_OTHER has none. */
void req_add_methods(unsigned set, struct buf *out) NONNULL(2);
/* Whether content_type is `wanted`, whatever its case and parameters. */
bool req_has_type(const struct request *req, const char *wanted) NONNULL(1, 2);

#endif

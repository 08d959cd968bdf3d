/* SPDX-License-Identifier: BSD-2-Clause */
/* One ACME resource = one file = one const struct resource; route.c lists them. */
#ifndef CHERT_RESPONDER_RESOURCE_H
#define CHERT_RESPONDER_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/id.h"
#include "base/problem.h"
#include "json/js.h"

struct exchange;

enum auth {
	AUTH_NONE,       /* no JWS: for GET, and forms that people submit */
	AUTH_KID,        /* signed by an account (RFC 8555 6.2) */
	AUTH_JWK,        /* signed by a key that comes along: newAccount */
	AUTH_KID_OR_JWK, /* revokeCert: an account, or the key of the certificate */
};

struct resource {
	const char            *name;    /* as in the directory object */
	const char            *path;    /* LINK_…: %s is an id, a second one a word, * at the end the rest */
	const char            *summary; /* for the manual page */
	bool                   in_directory;
	bool                   fresh_nonce; /* every reply carries a nonce, so none may be stored (RFC 8555 7.2) */
	enum auth              auth;        /* of POST */
	const struct js_field *fields;      /* of the payload; NULL: any object will do */
	size_t                 fields_size; /* of the struct that the fields fill */
	/* The permitted methods are those that have a function here. */
	int (*get)(struct exchange *x, struct problem *p);                       /* GET and HEAD */
	int (*read)(struct exchange *x, struct problem *p);                      /* POST-as-GET */
	int (*write)(struct exchange *x, const void *fields, struct problem *p); /* POST with a payload */
	int (*submit)(struct exchange *x, struct problem *p);                    /* POST of a form, in place of both */
};

extern const struct resource rt_directory, rt_new_nonce;
extern const struct resource rt_new_account, rt_account, rt_orders, rt_key_change, rt_terms;
extern const struct resource rt_new_authz, rt_new_order, rt_order, rt_finalize, rt_authorization, rt_challenge;
extern const struct resource rt_certificate, rt_alternate, rt_renewal_info, rt_revoke_cert;

#endif

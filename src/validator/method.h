/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kind of check is to the job loop: one const record each, listed in methods.c. */
#ifndef CHERT_VALIDATOR_METHOD_H
#define CHERT_VALIDATOR_METHOD_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "pki/ident.h"
#include "validator/authority.h"
#include "validator/fetch.h"
#include "validator/resolver.h"

/* What methods work with; it outlives every attempt. */
struct method_env {
	const struct conf        *conf;
	const struct addr_policy *policy;
	struct resolver          *rs;
	struct authority         *authority;
	struct fetcher           *ft;
	struct event_base        *base;
};

/* One try to validate one challenge, or the CAA records of one order.  All it points to belongs to whoever made it. */
struct attempt {
	const struct method_env *env;
	const struct ident      *ident;             /* NULL for caa; checked */
	const char              *identifier;        /* its name without "*.", or its address */
	const char              *token;             /* base64url, checked; NULL for caa and where the type has none */
	const char              *key_authorization; /* NULL likewise */
	const char              *account_uri;
	struct json_object      *thumbprints; /* dns-persist-01: array, the account's present key first */
	struct json_object      *names;       /* caa: array of {"name","methods"}, checked */
	struct json_object      *shown;       /* array: what the applicant is shown as validationRecord */
	struct json_object      *record;      /* object: what only the operator is shown */
	int64_t                  until;       /* set by the method: what it proves ends then; 0: it does not */
	void                    *state;       /* the method's own, NULL outside start to done */
	/* Problem (empty: valid) is taken over.  Called once, from the loop, after state was freed. */
	void (*done)(struct attempt *a, struct problem *p);
};

#define METHOD_WHERE_MAX 400

struct method {
	const char    *name;               /* RFC 8555 9.7.8, or caa */
	enum prob_code late;               /* what it means when the time is over */
	void (*start)(struct attempt *a);  /* never calls done itself */
	void (*cancel)(struct attempt *a); /* frees state; done is not called any more */
	/* What it is waiting for, to be told when the time is over; NULL: there is no more to tell. */
	void (*where)(const struct attempt *a, char *out, size_t size);
};

/*
 * Detail texts of attempts go to the applicant: no bytes that a server sent, no address that the policy refuses
 * (conformance A226; RFC 8555 10.4).  Such things go into record and cause.  PROB_DNS and PROB_CONNECTION say that it may
 * be otherwise a moment later, and are tried again; all other codes are final.
 */

extern const struct method method_http_01, method_dns_01, method_tls_alpn_01, method_dns_account_01,
	method_dns_persist_01, method_caa;

/* NULL when there is no such method. */
const struct method *method_find(const char *name) NONNULL(1);

#endif

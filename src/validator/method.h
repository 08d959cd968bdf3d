/* SPDX-License-Identifier: BSD-2-Clause */
/* What a challenge method is to the job loop: one const record each, listed in methods.c. */
#ifndef CHERT_VALIDATOR_METHOD_H
#define CHERT_VALIDATOR_METHOD_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "validator/address.h"
#include "validator/fetch.h"
#include "validator/resolver.h"

/* What methods work with; it outlives every attempt. */
struct method_env {
	const struct conf_validator *conf;
	const struct addr_policy    *policy;
	struct resolver             *rs;
	struct fetcher              *ft;
};

/* One try to validate one challenge.  The texts and the record belong to whoever made the attempt. */
struct attempt {
	const struct method_env *env;
	const char              *identifier; /* a checked DNS name, without "*." */
	const char              *token;      /* base64url, checked */
	const char              *key_authorization;
	struct json_object      *record; /* the method adds what it saw */
	void                    *state;  /* the method's own, NULL outside start to done */
	/* Problem (empty: valid) is taken over.  Called once, from the loop, after state was freed. */
	void (*done)(struct attempt *a, struct problem *p);
};

struct method {
	const char    *name; /* RFC 8555 9.7.8 */
	bool           wildcard_ok;
	enum prob_code late;               /* what it means when the time is over */
	void (*start)(struct attempt *a);  /* never calls done itself */
	void (*cancel)(struct attempt *a); /* frees state; done is not called any more */
};

extern const struct method method_http_01, method_dns_01;

/* NULL when there is no such method. */
const struct method *method_find(const char *name) NONNULL(1);

#endif

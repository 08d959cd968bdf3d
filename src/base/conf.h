/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chert.conf(5), read with libconfuse through one table (conf.def): name, type, unit, range, default and the
 * documentation line of every setting.  The parser's rules, the struct and the manual page all come from it.
 */
#ifndef CHERT_BASE_CONF_H
#define CHERT_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/log.h"
#include "base/problem.h"

#define CONF_NAME_MAX 40 /* of a perspective or a region */

struct conf_list {
	char **items;
	size_t n;
};

struct conf_responder {
#define CONF_RESPONDER(type, member, ...) CONF_C_##type member;
#define CONF_C_TEXT                       char *
#define CONF_C_LIST                       struct conf_list
#define CONF_C_INT                        int64_t
#define CONF_C_TIME                       int64_t /* microseconds */
#define CONF_C_BOOL                       bool
#include "base/conf.def"
#undef CONF_RESPONDER
};

struct conf_validator {
#define CONF_VALIDATOR(type, member, ...) CONF_C_##type member;
#include "base/conf.def"
#undef CONF_VALIDATOR
};

struct conf_signer {
#define CONF_SIGNER(type, member, ...) CONF_C_##type member;
#include "base/conf.def"
#undef CONF_SIGNER
};

struct conf_issuer {
	char *title;
#define CONF_ISSUER(type, member, ...) CONF_C_##type member;
#include "base/conf.def"
#undef CONF_ISSUER
};

struct conf_profile {
	char *title;
#define CONF_PROFILE(type, member, ...) CONF_C_##type member;
#include "base/conf.def"
#undef CONF_PROFILE
};

struct conf {
#define CONF_GLOBAL(type, member, ...) CONF_C_##type member;
#include "base/conf.def"
#undef CONF_GLOBAL
	struct conf_responder responder;
	struct conf_validator validator;
	struct conf_signer    signer;
	struct conf_issuer   *issuers;
	size_t                n_issuers;
	struct conf_profile  *profiles; /* there is always one called "default" */
	size_t                n_profiles;
};

/* Where a program looks without --config: $CHERT_CONF, else SYSCONFDIR/chert/chert.conf. */
const char *conf_default_path(void) __attribute__((returns_nonnull));

/*
 * PROB_CONFIG names file, line and what is permitted: unknown, duplicate or out-of-range key, wrong type, a profile
 * that names no issuer there is, a base-url that is not https://host[:port]/path without a trailing slash.
 */
int  conf_load(const char *path, struct conf **ret, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;
void conf_free(struct conf *c);
DEFINE_FREEP(conf, struct conf *, conf_free);

/* NULL when there is none of that title. */
const struct conf_profile *conf_profile(const struct conf *c, const char *title) NONNULL(1, 2);
const struct conf_issuer  *conf_issuer(const struct conf *c, const char *title) NONNULL(1, 2);

bool conf_list_has(const struct conf_list *list, const char *item) NONNULL(1, 2);
/* The first one that stands in it twice; NULL when there is none. */
const char *conf_list_repeated(const struct conf_list *list) NONNULL(1);

/* log-level, which conf_load() has checked. */
enum log_level conf_log_level(const struct conf *c) NONNULL(1);

/* Version of the terms of service in force: terms-version, else the URL; NULL when there are none. */
const char *conf_terms_version(const struct conf *c) NONNULL(1);

/* The settings as an mdoc list for chert.conf(5), from the table. */
void conf_print_mdoc(FILE *out) NONNULL(1);

#endif

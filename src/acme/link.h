/* SPDX-License-Identifier: BSD-2-Clause */
/* The one place that makes and takes apart the URLs of ACME resources, all under conf->base_url. */
#ifndef CHERT_ACME_LINK_H
#define CHERT_ACME_LINK_H

#include "base/id.h"

/* Paths of the resources below base-url; the responder's resource records use the same. */
#define LINK_DIRECTORY     "/directory"
#define LINK_NEW_NONCE     "/new-nonce"
#define LINK_NEW_ACCOUNT   "/new-account"
#define LINK_NEW_ORDER     "/new-order"
#define LINK_NEW_AUTHZ     "/new-authz"
#define LINK_REVOKE_CERT   "/revoke-cert"
#define LINK_KEY_CHANGE    "/key-change"
#define LINK_RENEWAL_INFO  "/renewal-info" /* certID follows */
#define LINK_ACCOUNT       "/account/%s"
#define LINK_ACCOUNT_HASH  "/account-hash/" /* what follows names an account in DNS (draft-ietf-acme-dns-persist) */
#define LINK_ORDERS        "/account/%s/orders"
#define LINK_TERMS         "/terms/%s/%s" /* account, proof that chert gave the link */
#define LINK_ORDER         "/order/%s"
#define LINK_FINALIZE      "/order/%s/finalize"
#define LINK_AUTHORIZATION "/authz/%s"
#define LINK_CHALLENGE     "/challenge/%s/%s" /* authorization, type */
#define LINK_CERTIFICATE   "/cert/%s"
#define LINK_ALTERNATE     "/cert/%s/%s" /* certificate, number from 1 */

/* Base URL for all that follow; not copied. */
void link_setup(const char *base_url) NONNULL(1);

/* Base URL and a path as it is; the result of all three is newly allocated (free()). */
char *link_plain(const char *path) RETURNS_NONNULL NONNULL(1);
/* The same for a path with a %s, which the id replaces. */
char *link_id(const char *path, const struct id *id) RETURNS_NONNULL NONNULL(1, 2);
/* The same for a path with a second %s, which the word replaces. */
char *link_word(const char *path, const struct id *id, const char *word) FREE_WITH(free) RETURNS_NONNULL
	NONNULL(1, 2, 3);

/* Takes an account URL (kid) apart; false unless it is exactly one of ours by form. */
bool link_account_id(const char *url, struct id *ret) NONNULL(1, 2) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IP addresses and networks, and which a validation may connect to (RFC 8555 10.4): special-purpose ranges are refused
 * unless the configuration allows them; what it denies is refused in every form, embedded in IPv6 too.
 */
#ifndef CHERT_BASE_ADDRESS_H
#define CHERT_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"

#define ADDR_TEXT_MAX 46 /* INET6_ADDRSTRLEN */

struct addr {
	bool    v6;
	uint8_t b[16]; /* IPv4: the first 4 */
};

struct addr_policy;

/* A plain literal without brackets, zone or port. */
bool addr_from_text(const char *text, struct addr *ret) NONNULL(1, 2) CHECK_RESULT;
/* 4 or 16 bytes in network order. */
bool addr_from_bytes(const void *p, size_t len, struct addr *ret) NONNULL(1, 3) CHECK_RESULT;
bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *ret) NONNULL(1, 2) CHECK_RESULT;
/* As RFC 5952 has it; out: ADDR_TEXT_MAX */
void addr_to_text(const struct addr *a, char *out) NONNULL(1, 2);
bool addr_equal(const struct addr *a, const struct addr *b) NONNULL(1, 2);

/* PROB_CONFIG names the item that is no address/length. */
int  addr_policy_new(const struct conf_list *allow, const struct conf_list *deny, struct addr_policy **ret,
                     struct problem *p) NONNULL(1, 2, 3, 4) CHECK_RESULT;
void addr_policy_free(struct addr_policy *policy);
DEFINE_FREEP(addr_policy, struct addr_policy *, addr_policy_free);

/* PROB_CONFIG names the item that is no address/length; key is the setting. */
int addr_check_networks(const char *key, const struct conf_list *networks, struct problem *p) NONNULL(1, 2, 3)
	CHECK_RESULT;
/* Whether it is in one of them; what addr_check_networks() refuses has none. */
bool addr_is_listed(const struct addr *a, const struct conf_list *networks) NONNULL(1, 2);

/* NULL when the address is globally reachable, else what kind of address it is (RFC 6890). */
const char *addr_special_purpose(const struct addr *a) NONNULL(1);
/* NULL when the address may be connected to, else what kind of address it is. */
const char *addr_refusal(const struct addr_policy *policy, const struct addr *a) NONNULL(1, 2);

/*
 * Visits networks (address/length) of which it refuses every address.  Not all of them: a special-purpose range of which
 * something is allowed is left out.
 */
void addr_policy_refused(const struct addr_policy *policy, void (*visit)(void *arg, const char *network), void *arg)
	NONNULL(1, 2);

#endif

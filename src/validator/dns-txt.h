/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What dns-01, dns-account-01 and dns-persist-01 have in common: TXT records at a name.  When what the resolvers say
 * does not prove it, the zone's own servers have the last word.
 */
#ifndef CHERT_VALIDATOR_DNS_TXT_H
#define CHERT_VALIDATOR_DNS_TXT_H

#include "base/cleanup.h"
#include "base/problem.h"
#include "validator/dns-wire.h"
#include "validator/method.h"

/* 0: the records, which were asked for at `name`, prove it. */
typedef int dns_txt_judge(struct attempt *a, const char *name, const struct dns_records *records, struct problem *p);

/* Takes the name over; for method.start. */
void dns_txt_start(struct attempt *a, char *name, dns_txt_judge *judge) NONNULL(1, 2, 3);
/* For a method that cannot start: ends the attempt from the loop.  Takes the problem over. */
void dns_txt_fail(struct attempt *a, struct problem *p) NONNULL(1, 2);
/* For method.cancel. */
void dns_txt_cancel(struct attempt *a) NONNULL(1);

/* RFC 8555 8.4: one of them is the digest of the key authorization. */
dns_txt_judge dns_txt_judge_digest;

#endif

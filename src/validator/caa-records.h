/* SPDX-License-Identifier: BSD-2-Clause */
/* What the CAA records found for a name say of issuing a certificate for it (RFC 8659 4, RFC 8657). */
#ifndef CHERT_VALIDATOR_CAA_RECORDS_H
#define CHERT_VALIDATOR_CAA_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"
#include "validator/dns-wire.h"

struct caa_request {
	bool                    wildcard;
	struct json_object     *methods;     /* array: the challenge types by which the name was validated */
	const char             *account_uri; /* of the account that asks */
	const struct conf_list *identities;  /* issuer domain names of this CA */
};

/*
 * PROB_CAA: they forbid it; the detail names their owner and what they permit instead.  As many records as fit into
 * *records forbid it too, since others may have been left out.
 */
int caa_judge(const struct dns_records *records, const struct caa_request *request, struct problem *p) NONNULL(1, 2, 3)
	CHECK_RESULT;

/* As in a zone file, but fit to be shown: printable, cut to size - 1 characters. */
void caa_record_text(const struct dns_record *record, char *out, size_t size) NONNULL(1, 2);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Issuance jobs, a batch at a time: claim, build, reserve, sign, finish. */
#ifndef CHERT_SIGNER_JOB_H
#define CHERT_SIGNER_JOB_H

#include <stddef.h>

#include "base/conf.h"
#include "base/problem.h"
#include "db/db.h"
#include "db/outage.h"
#include "signer/issuer.h"

struct signer {
	struct conf   *conf;
	struct issuers issuers;
	struct db     *db;
	char           worker[WORKER_NAME_MAX];
};

/*
 * One batch.  *ret_n: jobs that were claimed.  Jobs that cannot become a certificate end here, with a problem that
 * says why; those that the key would not sign stay, and come again when their lease is over.
 * Fails only with what db_call() fails with; what was claimed comes again then.
 */
int job_run_batch(struct signer *s, size_t *ret_n, struct problem *p) NONNULL(1, 2, 3) CHECK_RESULT;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the policy in a configuration makes sense, which conf_load() does not know. */
#ifndef CHERT_ACME_POLICY_CONF_H
#define CHERT_ACME_POLICY_CONF_H

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/problem.h"

/* Challenge and identifier types, networks, quorum, caa-identities.  PROB_CONFIG names profile and setting. */
int policy_check_conf(const struct conf *conf, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

#endif

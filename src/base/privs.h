/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process may do: less than it was started with. */
#ifndef CHERT_BASE_PRIVS_H
#define CHERT_BASE_PRIVS_H

#include "base/problem.h"

/* First thing in every main(): umask 077, no core dumps, no new privileges, stdio open, refuses set-id. */
void privs_harden(void);
/* Locks all memory of the process against swapping (the signer).  Logs and goes on where it may not. */
void privs_lock_memory(void);
/* Becomes `user` for good (setgroups, setresgid, setresuid, verified); only as root, else PROB_CONFIG. */
int privs_become(const char *user, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

#endif

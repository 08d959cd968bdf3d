/* SPDX-License-Identifier: BSD-2-Clause */
/* FastCGI, one request at a time (libfcgi; no other file touches it). */
#ifndef CHERT_RESPONDER_FCGI_H
#define CHERT_RESPONDER_FCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/problem.h"

struct fc;

/*
 * Serves a listening socket, which stays the caller's.  timeout: longest wait for the web server to send or take a
 * part of a request.  From now on SIGTERM, SIGINT and SIGHUP only take effect in fc_accept().  PROB_SYSTEM.
 */
int  fc_new(int listen_fd, int64_t timeout, struct fc **ret, struct problem *p) NONNULL(3, 4) CHECK_RESULT;
void fc_free(struct fc *fc);
DEFINE_FREEP(fc, struct fc *, fc_free);

/* Waits for the next request; false when a signal asked to stop. */
bool fc_accept(struct fc *fc) NONNULL(1) CHECK_RESULT;
/* The parameters of the request, "NAME=value", ending with NULL; valid until fc_finish(). */
char *const *fc_env(const struct fc *fc) NONNULL(1);
/* Exactly len bytes of body, with a NUL behind (free()); NULL when the web server sends less. */
char *fc_read(struct fc *fc, size_t len) NONNULL(1) CHECK_RESULT;
/* Sends and ends the response, and the connection with it; false when the web server did not take it. */
bool fc_finish(struct fc *fc, const char *response, size_t len) NONNULL(1, 2);

#endif

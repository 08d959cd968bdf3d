/* SPDX-License-Identifier: BSD-2-Clause */
/* sd_notify(3)'s protocol without the library. */
#ifndef CHERT_BASE_NOTIFY_H
#define CHERT_BASE_NOTIFY_H

#include "base/cleanup.h"

/* Sends `state` ("READY=1", "STOPPING=1", "STATUS=…") to $NOTIFY_SOCKET; does nothing without one.  Never blocks. */
void notify_supervisor(const char *state) NONNULL(1);

#endif

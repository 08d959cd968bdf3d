/* SPDX-License-Identifier: BSD-2-Clause */
/* When to renew a certificate (RFC 9773 4.2). */
#ifndef CHERT_ACME_RENEWAL_H
#define CHERT_ACME_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clk.h"

#define RENEWAL_POLL (6 * CLK_HOUR) /* how often clients shall ask (RFC 9773 4.3) */

struct renewal {
	int64_t start, end; /* microseconds; start < end */
};

/* The window from two thirds of the lifetime on; one in the past, which means at once, for what has been revoked. */
struct renewal renewal_window(bool revoked, int64_t not_before, int64_t not_after, int64_t now);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/renewal.h"

#include "base/clk.h"

#define SPREAD_MIN CLK_HOUR /* so that clients spread out although certificates live for days only */

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct renewal renewal_window(bool revoked, int64_t not_before, int64_t not_after, int64_t now)
{
	const int64_t lifetime = not_after - not_before;
	const int64_t start = not_before + lifetime / 3 * 2;

	if (revoked)
		return (struct renewal){ now - CLK_HOUR, now - CLK_HOUR / 2 };
	return (struct renewal){ start, min(start + max(lifetime / 24, SPREAD_MIN), not_after) };
}

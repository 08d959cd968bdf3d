/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/gnutls.h"

#include "base/mem.h"

int gnutls_cause(struct problem *p, int err)
{
	if (err == GNUTLS_E_MEMORY_ERROR)
		oom();
	return problem_cause(p, "GnuTLS: %s", gnutls_strerror(err));
}

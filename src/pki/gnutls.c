/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/gnutls.h"

#include "base/mem.h"

int gnutls_cause(struct problem *p, int err)
{
	if (err == GNUTLS_E_MEMORY_ERROR)
		oom();
	return problem_cause(p, "GnuTLS: %s", gnutls_strerror(err));
}

int sha256(const void *data, size_t len, uint8_t *out, struct problem *p)
{
	int err = gnutls_hash_fast(GNUTLS_DIG_SHA256, data, len, out);

	return err < 0 ? problem_gnutls(p, PROB_INTERNAL, err, "SHA-256 failed") : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request that is accepted has names in order, each of which is accepted by itself, and is one that GnuTLS verifies
 * too.  Its signature keeps a fuzzer from changing anything, so that the seeds matter more than usual.
 */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "pki/csr.h"

static char *names[] = { (char[]){ "rsa-2048" }, (char[]){ "rsa-3072" }, (char[]){ "rsa-4096" },
	                 (char[]){ "p-256" },    (char[]){ "p-384" },    (char[]){ "p-521" } };

static void check_names(const struct csr *csr)
{
	for (size_t i = 0; i < csr->n_idents; i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct ident                       again;

		HOLDS(ident_from_name(csr->idents[i].value, &again, &p) == 0);
		HOLDS(strcmp(again.value, csr->idents[i].value) == 0);
		HOLDS(i == 0 || ident_compare(&csr->idents[i - 1], &csr->idents[i]) < 0);
	}
}

static void check_gnutls(const uint8_t *data, size_t size)
{
	auto_(gcrq) gnutls_x509_crq_t crq = NULL;
	auto_free uint8_t            *copy = xmemdup(data, size);

	HOLDS(gnutls_x509_crq_init(&crq) == 0);
	HOLDS(gnutls_x509_crq_import(crq, &(gnutls_datum_t){ copy, (unsigned)size }, GNUTLS_X509_FMT_DER) == 0);
	HOLDS(gnutls_x509_crq_verify(crq, 0) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_list             types = { names, ARRAY_LEN(names) };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(csr) struct csr             *csr = NULL;
	const int                          r = csr_from_der(data, size, &types, &csr, &p);

	if (r < 0) {
		HOLDS(r == -PROB_BAD_CSR && p.code == PROB_BAD_CSR && !csr && !strchr(p.detail, '"'));
		return 0;
	}
	HOLDS(csr->n_idents > 0 && csr->spki->der_len > 0);
	check_names(csr);
	check_gnutls(data, size);
	return 0;
}

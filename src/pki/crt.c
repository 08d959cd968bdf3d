/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/crt.h"

#include <string.h>

#include <gnutls/pkcs7.h>

#include "base/mem.h"
#include "pki/der.h"

#define SERIAL_MAX 64
#define FILE_MAX   (256 * 1024)

DEFINE_FREEP(gpkcs7, gnutls_pkcs7_t, gnutls_pkcs7_deinit);

bool crt_id(gnutls_x509_crt_t crt, struct id *ret)
{
	uint8_t serial[SERIAL_MAX];
	size_t  len = sizeof(serial);

	if (gnutls_x509_crt_get_serial(crt, serial, &len) < 0 || len != sizeof(ret->b))
		return false;
	/* RFC 9562 5.7: version 7, variant 10. */
	if (serial[6] >> 4 != 7 || serial[8] >> 6 != 2)
		return false;
	memcpy(ret->b, serial, sizeof(ret->b));
	return true;
}

int crt_from_der(const void *der, size_t len, gnutls_x509_crt_t *ret, struct problem *p)
{
	auto_(gcrt) gnutls_x509_crt_t crt = NULL;
	struct der                    in = { der, len }, content;
	auto_free void               *copy = NULL;
	int                           r;

	if (len > CRT_MAX)
		return problem_set(p, PROB_MALFORMED, "certificate of %zu bytes exceeds %d", len, CRT_MAX);
	if (!der_take(&in, DER_SEQUENCE, &content, NULL) || in.len > 0)
		return problem_set(p, PROB_MALFORMED, "certificate is not one DER sequence");
	r = gnutls_x509_crt_init(&crt);
	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "cannot allocate a certificate");
	copy = xmemdup(der, len);
	r = gnutls_x509_crt_import(crt, &(gnutls_datum_t){ copy, (unsigned)len }, GNUTLS_X509_FMT_DER);
	if (r < 0)
		return problem_gnutls(p, PROB_MALFORMED, r, "certificate is not well-formed");
	*ret = steal(crt);
	return 0;
}

static int read_file(const char *path, struct buf *ret, struct problem *p)
{
	auto_file FILE *f = fopen(path, "re");
	char            chunk[4096];
	size_t          n;

	if (!f)
		return problem_set(p, PROB_CONFIG, "%s: cannot be opened: %m", path);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(ret, chunk, n);
	if (ferror(f))
		return problem_set(p, PROB_CONFIG, "%s: cannot be read: %m", path);
	if (ret->failed)
		return problem_set(p, PROB_CONFIG, "%s: is larger than %d bytes", path, FILE_MAX);
	if (ret->len == 0)
		return problem_set(p, PROB_CONFIG, "%s: is empty", path);
	return 0;
}

int crt_from_file(const char *path, gnutls_x509_crt_t *ret, size_t max, size_t *ret_n, struct problem *p)
{
	auto_clear(buf) struct buf text = BUF_INIT(FILE_MAX);
	gnutls_datum_t             data;
	unsigned                   n = (unsigned)max;
	int                        r = read_file(path, &text, p);

	if (r < 0)
		return r;
	data = (gnutls_datum_t){ (unsigned char *)text.data, (unsigned)text.len };
	r = gnutls_x509_crt_list_import(ret, &n, &data, GNUTLS_X509_FMT_PEM,
	                                GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
	if (r == GNUTLS_E_SHORT_MEMORY_BUFFER)
		return problem_set(p, PROB_CONFIG, "%s: has more than %zu certificates", path, max);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "%s: has no certificate in PEM, or a broken one", path);
	*ret_n = n;
	return 0;
}

void crt_add_pem(struct buf *out, const void *der, size_t len)
{
	auto_clear(gdatum) gnutls_datum_t pem = { 0 };
	auto_free void                   *copy = xmemdup(der, len);

	if (gnutls_pem_base64_encode2("CERTIFICATE", &(gnutls_datum_t){ copy, (unsigned)len }, &pem) < 0)
		oom();
	buf_add(out, pem.data, pem.size);
}

/* Takes the certificates of a PEM text into the structure. */
static int pkcs7_add_pem(gnutls_pkcs7_t pkcs7, const char *text)
{
	auto_free char    *copy = xstrdup(text);
	gnutls_x509_crt_t *crts = NULL;
	unsigned           n = 0;
	int                r = 0;

	if (*text)
		r = gnutls_x509_crt_list_import2(&crts, &n, &(gnutls_datum_t){ (void *)copy, (unsigned)strlen(copy) },
		                                 GNUTLS_X509_FMT_PEM, 0);
	for (unsigned i = 0; i < n; i++) {
		if (r >= 0)
			r = gnutls_pkcs7_set_crt(pkcs7, crts[i]);
		gnutls_x509_crt_deinit(crts[i]);
	}
	gnutls_free(crts);
	return r;
}

int crt_add_pkcs7(struct buf *out, const void *der, size_t len, const char *chain, struct problem *p)
{
	auto_(gpkcs7) gnutls_pkcs7_t      pkcs7 = NULL;
	auto_clear(gdatum) gnutls_datum_t whole = { 0 };
	auto_free void                   *copy = xmemdup(der, len);
	int                               r;

	r = gnutls_pkcs7_init(&pkcs7);
	if (r >= 0)
		r = gnutls_pkcs7_set_crt_raw(pkcs7, &(gnutls_datum_t){ copy, (unsigned)len });
	if (r >= 0)
		r = pkcs7_add_pem(pkcs7, chain);
	if (r >= 0)
		r = gnutls_pkcs7_export2(pkcs7, GNUTLS_X509_FMT_DER, &whole);
	if (r < 0)
		return problem_gnutls(p, PROB_INTERNAL, r, "certificates cannot be put into PKCS #7");
	buf_add(out, whole.data, whole.size);
	return 0;
}

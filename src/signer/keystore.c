/* SPDX-License-Identifier: BSD-2-Clause */
#include "signer/keystore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

#define KEY_FILE_MAX 65536

struct keystore {
	const char *prefix; /* of the `key` setting */
	int (*open)(const char *where, gnutls_privkey_t *ret, struct problem *p);
};

/* Holds key material: wiped when it goes out of scope. */
struct secret {
	char  *data;
	size_t len;
};

static void secret_clear(struct secret *s)
{
	if (s->data)
		gnutls_memset(s->data, 0, s->len);
	free(s->data);
}

/* On the open file, so that what was checked is what is read. */
static int check_access(int fd, const char *path, size_t *ret_size, struct problem *p)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return problem_set(p, PROB_CONFIG, "key %s is not a regular file", path);
	if (st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO))
		return problem_set(p, PROB_CONFIG,
		                   "key %s has mode %04o: others must not get at it, expected 0600 or 0640 at most",
		                   path, (unsigned)st.st_mode & 07777);
	if (st.st_size <= 0 || st.st_size > KEY_FILE_MAX)
		return problem_set(p, PROB_CONFIG, "key %s has %lld bytes, expected 1 to %d", path,
		                   (long long)st.st_size, KEY_FILE_MAX);
	*ret_size = (size_t)st.st_size;
	return 0;
}

static int read_secret(const char *path, struct secret *ret, struct problem *p)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t      size = 0;
	ssize_t     n;
	int         r;

	if (fd < 0)
		return problem_set(p, PROB_CONFIG, "key %s: %s", path, strerror(errno));
	r = check_access(fd, path, &size, p);
	if (r < 0)
		return r;
	ret->data = xcalloc(1, size + 1);
	ret->len = size;
	n = read(fd, ret->data, size);
	if (n != (ssize_t)size)
		return problem_set(p, PROB_CONFIG, "key %s: %s", path,
		                   n < 0 ? strerror(errno) : "it changes while it is read");
	return 0;
}

/* PKCS#8 (RFC 5958), and the DEK-Info of the PEM that OpenSSL wrote before it (RFC 1421 4.6.1.1). */
static bool is_encrypted(const char *pem)
{
	return strstr(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") || strstr(pem, "Proc-Type: 4,ENCRYPTED");
}

static int open_file(const char *path, gnutls_privkey_t *ret, struct problem *p)
{
	auto_clear(secret) struct secret pem = { NULL, 0 };
	auto_(gprivkey) gnutls_privkey_t key = NULL;
	gnutls_datum_t                   data;
	int                              r;

	r = read_secret(path, &pem, p);
	if (r < 0)
		return r;
	if (is_encrypted(pem.data))
		return problem_set(
			p, PROB_CONFIG,
			"key %s is encrypted: decrypt it first (openssl pkey -in FILE -out FILE), nobody is there "
			"to type a passphrase when the signer starts",
			path);
	r = gnutls_privkey_init(&key);
	if (r < 0)
		return problem_gnutls(p, PROB_SYSTEM, r, "cannot make a private key object");
	data = (gnutls_datum_t){ (unsigned char *)pem.data, (unsigned)pem.len };
	r = gnutls_privkey_import_x509_raw(key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (r < 0)
		return problem_gnutls(p, PROB_CONFIG, r, "key %s holds no private key in PEM form that can be read",
		                      path);
	*ret = steal(key);
	return 0;
}

/* The first whose prefix fits. */
static const struct keystore stores[] = {
	{ "", open_file },
};

int keystore_open(const char *where, gnutls_privkey_t *ret, struct problem *p)
{
	size_t i = 0;

	while (strncmp(where, stores[i].prefix, strlen(stores[i].prefix)) != 0)
		i++;
	return stores[i].open(where, ret, p);
}

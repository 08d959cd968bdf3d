/* SPDX-License-Identifier: BSD-2-Clause */
/* revokeCert (RFC 8555 7.6): by account, or by the certificate's own key. */
#include <string.h>

#include "acme/link.h"
#include "base/b64u.h"
#include "base/mem.h"
#include "pki/crt.h"
#include "responder/exchange.h"

struct revocation {
	const char *certificate;
};

static const struct js_field fields[] = {
	JS_STRING(struct revocation, certificate, "certificate", JS_REQUIRED, B64U_LEN((size_t)CRT_MAX)),
	JS_END,
};

struct target {
	uint8_t          *der;
	size_t            len;
	gnutls_x509_crt_t crt;
	struct id         id; /* from the serial number */
};

static void target_clear(struct target *t)
{
	free(t->der);
	gcrt_freep(&t->crt);
}

static int decode(const char *text, struct target *t, struct problem *p)
{
	size_t size = B64U_MAX_BYTES(strlen(text));
	int    r;

	t->der = xcalloc(1, size);
	if (!b64u_decode(text, strlen(text), t->der, size, &t->len))
		return problem_set(p, PROB_MALFORMED, "certificate is not base64url of a DER certificate");
	r = crt_from_der(t->der, t->len, &t->crt, p);
	if (r < 0)
		return r;
	if (!crt_id(t->crt, &t->id))
		return problem_set(p, PROB_NOT_FOUND, "no such certificate");
	return 0;
}

/*
 * Not a row of the table, which takes no negative integers: any one gets badRevocationReason,
 * which the database knows about.
 */
static int take_reason(struct json_object *payload, struct db_arg *ret, struct problem *p)
{
	struct json_object *member = NULL;

	*ret = db_null();
	if (!json_object_object_get_ex(payload, "reason", &member) || !member)
		return 0;
	if (!json_object_is_type(member, json_type_int))
		return problem_set(p, PROB_MALFORMED, "reason is not an integer");
	*ret = db_int(json_object_get_int64(member));
	return 0;
}

static int revoke_by_account(struct exchange *x, const struct target *t, struct db_arg reason, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { EXCHANGE_SIGNED(x), db_id(&t->id), db_bytes(t->der, t->len), reason };

	return exchange_call(x, DB_WEB_CERTIFICATE_REVOKE, args, &rows, p);
}

static int check_key(const struct exchange *x, const struct target *t, struct problem *p)
{
	auto_(gpubkey) gnutls_pubkey_t key = NULL;
	auto_(jwk) struct jwk         *jwk = NULL;
	int                            r;

	oom_check(gnutls_pubkey_init(&key) < 0 ? NULL : key);
	r = gnutls_pubkey_import_x509(key, t->crt, 0);
	if (r < 0)
		return problem_gnutls(p, PROB_MALFORMED, r, "certificate has a key of an unknown kind");
	r = jwk_from_pubkey(key, &jwk, p);
	if (r < 0)
		return r;
	if (strcmp(jwk->thumbprint, x->key->thumbprint) != 0)
		return problem_set(p, PROB_UNAUTHORIZED, "request is not signed with the key of the certificate");
	return 0;
}

static int revoke_by_key(struct exchange *x, const struct target *t, struct db_arg reason, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;

	const struct db_arg args[] = {
		db_id(&x->nonce.id),         db_int(x->nonce.key_id), db_id(&t->id), db_bytes(t->der, t->len), reason,
		db_text(x->key->thumbprint),
	};
	int r = check_key(x, t, p);

	return r < 0 ? r : exchange_call(x, DB_WEB_CERTIFICATE_REVOKE_BY_KEY, args, &rows, p);
}

/* The body stays empty: a client takes that for success (conformance S11). */
static int revoke_certificate(struct exchange *x, const void *payload, struct problem *p)
{
	const struct revocation         *v = payload;
	auto_clear(target) struct target t = { 0 };
	struct db_arg                    reason;
	int                              r;

	r = decode(v->certificate, &t, p);
	if (r == 0)
		r = take_reason(x->payload, &reason, p);
	if (r < 0)
		return r;
	r = x->has_account ? revoke_by_account(x, &t, reason, p) : revoke_by_key(x, &t, reason, p);
	if (r < 0)
		return r;
	x->res.status = 200;
	return 0;
}

const struct resource rt_revoke_cert = {
	.name = "revokeCert",
	.path = LINK_REVOKE_CERT,
	.summary = "Revokes a certificate",
	.in_directory = true,
	.auth = AUTH_KID_OR_JWK,
	.fields = fields,
	.fields_size = sizeof(struct revocation),
	.write = revoke_certificate,
};

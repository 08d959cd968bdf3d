/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/eab.h"

#include <string.h>

#include "json/js.h"

static const struct js_limits payload_limits = { .max_bytes = 16384, .max_depth = 4, .max_members = 64 };

/* As keys, not as texts: a JWK may be written in many ways. */
static int check_payload(const struct jws *jws, const struct jwk *key, struct problem *p)
{
	auto_(json) struct json_object *object = NULL;
	auto_(jwk) struct jwk          *jwk = NULL;
	int                             r = js_parse(jws->payload, jws->payload_len, &payload_limits, &object, p);

	if (r == 0)
		r = jwk_from_json(object, &jwk, p);
	if (r < 0)
		return r;
	if (strcmp(jwk->thumbprint, key->thumbprint) != 0)
		return problem_set(p, PROB_MALFORMED, "payload is another key than the one that signs the request");
	return 0;
}

static int decode(struct json_object *object, const char *url, const struct jwk *key, struct jws **ret,
                  struct problem *p)
{
	auto_(jws) struct jws *jws = NULL;
	int                    r = jws_decode_inner(object, JWS_BINDING, &jws, p);

	if (r < 0)
		return r;
	if (strcmp(jws->url, url) != 0)
		return problem_set(p, PROB_MALFORMED, "url differs from that of the request");
	r = check_payload(jws, key, p);
	if (r < 0)
		return r;
	*ret = steal(jws);
	return 0;
}

/* All are malformed: the codes of a request's own JWS and key would have the client mend those. */
int eab_decode(struct json_object *object, const char *url, const struct jwk *key, struct jws **ret, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (decode(object, url, key, ret, &why) == 0)
		return 0;
	return problem_set(p, PROB_MALFORMED, "externalAccountBinding: %.400s", why.detail);
}

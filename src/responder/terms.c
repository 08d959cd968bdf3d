/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terms: a page for people, where the link in userActionRequired leads (RFC 8555 7.3.3).  A client cannot agree by
 * itself: RFC 8555 7.3.2 keeps it from doing so with an account update.  Whoever has the link may agree; only the
 * account gets it.
 */
#include "responder/terms.h"

#include <string.h>

#include "acme/link.h"
#include "acme/terms-proof.h"
#include "base/clk.h"
#include "base/mem.h"

/* No script, no frame around the button, and the link stays out of Referer. */
static const struct {
	const char *name, *value;
} headers[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'" },
	{ "Referrer-Policy", "no-referrer" },
	{ "X-Content-Type-Options", "nosniff" },
};

static const char form[] = "<form method=\"post\"><button name=\"agree\" value=\"yes\">I agree</button></form>";
static const char thanks[] = "<p>This account has agreed. Its client may go on.</p>";

char *terms_instance(const struct exchange *x)
{
	const struct conf *conf = x->worker->conf;
	char               proof[TERMS_PROOF_LEN + 1];

	if (x->verified && x->has_account &&
	    terms_proof_make(&x->worker->nonce_keys, clk_now(), &x->account, conf_terms_version(conf), proof))
		return link_word(LINK_TERMS, &x->account, proof);
	return xstrdup(conf->terms_of_service);
}

static bool is_proved(const struct exchange *x, const char *version)
{
	return terms_proof_is_good(&x->worker->nonce_keys, &x->args.id, version, x->args.word);
}

/* *ret: the version that the link is for, which is the one in force. */
static int check_link(struct exchange *x, const char **ret, struct problem *p)
{
	const char *version = conf_terms_version(x->worker->conf);

	if (version && !is_proved(x, version))
		worker_reload_nonce_keys(x->worker, CLK_SECOND);
	if (x->worker->nonce_keys.n == 0)
		return worker_unavailable(x->worker, p);
	if (!version || !is_proved(x, version))
		return problem_set(p, PROB_NOT_FOUND,
		                   "link is not good, or no longer; the account's client gets a new one");
	*ret = version;
	return 0;
}

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>\"'", *text))
			buf_addf(out, "&#%d;", *text);
		else
			buf_addc(out, *text);
	}
}

static void reply(struct exchange *x, const char *last)
{
	struct buf *body = &x->res.body;

	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		res_header(&x->res, headers[i].name, headers[i].value);
	x->res.status = 200;
	x->res.type = "text/html; charset=utf-8";
	buf_adds(body, "<!DOCTYPE html>\n<html lang=\"en\"><title>Terms of service</title>\n"
	               "<h1>Terms of service</h1>\n<p>The certificate authority at ");
	add_escaped(body, x->worker->conf->base_url);
	buf_adds(body, " asks this account to agree to its <a href=\"");
	add_escaped(body, x->worker->conf->terms_of_service);
	buf_adds(body, "\">terms of service</a>.</p>\n");
	buf_addf(body, "%s\n</html>\n", last);
}

static int show(struct exchange *x, struct problem *p)
{
	const char *version;
	int         r = check_link(x, &version, p);

	if (r == 0)
		reply(x, form);
	return r;
}

static int check_form(const struct request *req, struct problem *p)
{
	if (!req_has_type(req, "application/x-www-form-urlencoded"))
		return problem_set(p, PROB_UNSUPPORTED_MEDIA_TYPE, "Content-Type must be that of a form");
	if (!req->body || strcmp(req->body, "agree=yes") != 0)
		return problem_set(p, PROB_MALFORMED, "form must be the one that this page has");
	return 0;
}

static int agree(struct exchange *x, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const char                    *version = NULL;
	int                            r = check_link(x, &version, p);

	if (r == 0)
		r = check_form(x->req, p);
	if (r == 0) {
		const struct db_arg args[] = { db_id(&x->args.id), db_text(version) };

		r = worker_call(x->worker, DB_WEB_ACCOUNT_AGREE, args, &rows, p);
	}
	if (r == 0)
		reply(x, thanks);
	return r;
}

const struct resource rt_terms = {
	.name = "terms",
	.path = LINK_TERMS,
	.summary = "A page for people: an account agrees to the terms of service",
	.auth = AUTH_NONE,
	.get = show,
	.submit = agree,
};

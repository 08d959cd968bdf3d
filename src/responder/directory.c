/* SPDX-License-Identifier: BSD-2-Clause */
/* directory (RFC 8555 7.1.1): made from the array of resources. */
#include <string.h>

#include "acme/link.h"
#include "acme/policy.h"
#include "acme/render.h"
#include "base/mem.h"
#include "json/js.h"
#include "responder/exchange.h"

/* draft-ietf-acme-profiles 3 */
static struct json_object *make_profiles(const struct conf *conf)
{
	struct json_object *profiles = js_new_object();

	for (size_t i = 0; i < conf->n_profiles; i++)
		js_add_text(profiles, conf->profiles[i].title, conf->profiles[i].description);
	return profiles;
}

/* RFC 9444 4.4 */
static bool any_subdomains(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_profiles; i++)
		if (policy_offers_subdomains(&conf->profiles[i]))
			return true;
	return false;
}

static bool any_persistent(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_profiles; i++)
		if (conf_list_has(&conf->profiles[i].challenges, "dns-persist-01"))
			return true;
	return false;
}

/* draft-ietf-acme-dns-persist: what subscribers put into DNS. */
static void add_persistent(struct json_object *meta, const struct conf *conf)
{
	auto_free char *prefix = link_plain(LINK_ACCOUNT_HASH);

	js_add(meta, "issuerDomainNames", render_texts(&conf->caa_identities));
	js_add_text(meta, "accountHashPrefix", prefix);
}

static struct json_object *make_meta(const struct conf *conf)
{
	struct json_object *meta = js_new_object();

	js_add_text(meta, "termsOfService", conf->terms_of_service);
	if (conf->external_account_required) /* RFC 8555 7.3.4 */
		js_add_bool(meta, "externalAccountRequired", true);
	js_add_text(meta, "website", conf->website);
	if (conf->caa_identities.n > 0)
		js_add(meta, "caaIdentities", render_texts(&conf->caa_identities));
	if (any_persistent(conf))
		add_persistent(meta, conf);
	js_add(meta, "profiles", make_profiles(conf));
	if (any_subdomains(conf))
		js_add_bool(meta, "subdomainAuthAllowed", true);
	return meta;
}

/* Clients add what * stands for, after a slash of their own (conformance S83). */
static char *entry_url(const struct resource *resource)
{
	auto_free char *path = xstrdup(resource->path);

	path[strcspn(path, "*")] = '\0';
	if (strlen(path) < strlen(resource->path))
		path[strlen(path) - 1] = '\0';
	return link_plain(path);
}

static int get(struct exchange *x, struct problem *p UNUSED)
{
	struct json_object *directory = js_new_object();

	for (const struct resource *const *r = rt_all(); *r; r++) {
		if ((*r)->in_directory) {
			auto_free char *url = entry_url(*r);

			js_add_text(directory, (*r)->name, url);
		}
	}
	js_add(directory, "meta", make_meta(x->worker->conf));
	exchange_json(x, 200, directory);
	return 0;
}

const struct resource rt_directory = {
	.name = "directory",
	.path = LINK_DIRECTORY,
	.summary = "Where everything else is",
	.auth = AUTH_KID,
	.get = get,
	.read = exchange_read_public,
};

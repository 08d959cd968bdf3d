/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/policy-conf.h"

#include <string.h>

#include "acme/challenge.h"
#include "acme/quorum.h"
#include "base/address.h"
#include "base/buf.h"
#include "base/clk.h"
#include "pki/ident.h"

#define ISSUERS_MAX 10 /* draft-ietf-acme-dns-persist 3; conformance I2 */
#define WORDS_MAX   200

/* What the elements of a list may be. */
struct vocabulary {
	const char *key, *expected;
	bool (*has)(const char *item);
};

static bool is_identifier_type(const char *item)
{
	return strcmp(item, "dns") == 0 || strcmp(item, "ip") == 0;
}

static bool is_challenge_type(const char *item)
{
	return challenge_type_find(item) != NULL;
}

/* "http-01, … or dns-persist-01" */
static const char *name_challenge_types(struct buf *out)
{
	for (const struct challenge_type *type = challenge_types; type->name; type++)
		buf_addf(out, "%s%s", type == challenge_types ? "" : type[1].name ? ", " : " or ", type->name);
	return buf_str(out);
}

static int check_list(const struct conf_profile *profile, const struct vocabulary *words, const struct conf_list *list,
                      struct problem *p)
{
	const char *repeated = conf_list_repeated(list);

	for (size_t i = 0; i < list->n; i++)
		if (!words->has(list->items[i]))
			return problem_set(p, PROB_CONFIG, "profile %s: %s has %s, expected %s", profile->title,
			                   words->key, list->items[i], words->expected);
	if (repeated)
		return problem_set(p, PROB_CONFIG, "profile %s: %s has %s twice", profile->title, words->key, repeated);
	return 0;
}

static int check_addresses(const struct conf_profile *profile, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (addr_check_networks("allow-addresses", &profile->allow_addresses, &why) < 0 ||
	    addr_check_networks("deny-addresses", &profile->deny_addresses, &why) < 0)
		return problem_set(p, PROB_CONFIG, "profile %s: %s", profile->title, why.detail);
	return 0;
}

/* dns-persist-01 tells its applicants the issuer domain names, one of which is to stand in the record. */
static int check_issuers(const struct conf *conf, const struct conf_profile *profile, struct problem *p)
{
	const size_t n = conf->caa_identities.n;

	if (!conf_list_has(&profile->challenges, "dns-persist-01") || (n >= 1 && n <= ISSUERS_MAX))
		return 0;
	return problem_set(
		p, PROB_CONFIG,
		"profile %s: challenges has dns-persist-01, which needs 1 to %d caa-identities, but there are "
		"%zu",
		profile->title, ISSUERS_MAX, n);
}

/* Clients compare them with CAA records as they are. */
static int check_identities(const struct conf *conf, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	for (size_t i = 0; i < conf->caa_identities.n; i++) {
		const char  *name = conf->caa_identities.items[i];
		struct ident id;

		if (ident_from_text("dns", name, &id, &why) < 0)
			return problem_set(p, PROB_CONFIG, "caa-identities has %.100s: %s", name, why.detail);
		if (id.wildcard || strcmp(id.value, name) != 0)
			return problem_set(p, PROB_CONFIG,
			                   "caa-identities has %s, expected a domain name in lower case", name);
	}
	return 0;
}

int policy_check_conf(const struct conf *conf, struct problem *p)
{
	auto_clear(buf) struct buf words = BUF_INIT(WORDS_MAX);
	const struct vocabulary    identifiers = { "identifier-types", "dns or ip", is_identifier_type };
	const struct vocabulary    challenges = { "challenges", name_challenge_types(&words), is_challenge_type };
	const int64_t              now = clk_now();
	struct quorum              q;
	int                        r = check_identities(conf, p);

	for (size_t i = 0; r == 0 && i < conf->n_profiles; i++) {
		const struct conf_profile *profile = &conf->profiles[i];

		r = check_list(profile, &identifiers, &profile->identifier_types, p);
		if (r == 0)
			r = check_list(profile, &challenges, &profile->challenges, p);
		if (r == 0)
			r = check_addresses(profile, p);
		if (r == 0)
			r = check_issuers(conf, profile, p);
		if (r == 0)
			r = quorum_from_profile(profile, now, &q, p);
	}
	return r;
}

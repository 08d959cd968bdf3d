/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/policy.h"

#include <string.h>

#include "base/clk.h"
#include "base/mem.h"

static bool under_any(const char *name, const struct conf_list *suffixes)
{
	for (size_t i = 0; i < suffixes->n; i++)
		if (ident_under(name, suffixes->items[i]))
			return true;
	return false;
}

bool policy_offers(const char *challenge_type, bool many_names)
{
	return !many_names || strncmp(challenge_type, "dns-", 4) == 0;
}

static bool can_validate(const struct conf_profile *profile, bool many_names)
{
	for (size_t i = 0; i < profile->challenges.n; i++)
		if (policy_offers(profile->challenges.items[i], many_names))
			return true;
	return false;
}

bool policy_offers_subdomains(const struct conf_profile *profile)
{
	return profile->subdomain_authorizations && can_validate(profile, true);
}

int policy_check(const struct conf_profile *profile, const struct ident *id, struct problem *p)
{
	const char *name = ident_base(id);

	if (under_any(name, &profile->deny_suffixes))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is under a suffix that is never certified", name);
	if (profile->allow_suffixes.n > 0 && !under_any(name, &profile->allow_suffixes))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is not under a suffix that may be certified", name);
	if (profile->public_names && !ident_is_public(name))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is not under a public suffix", name);
	if (id->wildcard && !profile->allow_wildcards)
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "wildcard names are not certified");
	if (!can_validate(profile, id->wildcard))
		return problem_set(p, PROB_REJECTED_IDENTIFIER,
		                   "%s cannot be validated: no challenge type is offered for it", id->value);
	return 0;
}

/* RFC 9444 4.1: the promise is for every name below. */
bool policy_covers_subdomains(const struct conf_profile *profile, const struct ident *id)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (!policy_offers_subdomains(profile) || id->wildcard || ident_is_suffix(id->value))
		return false;
	for (size_t i = 0; i < profile->deny_suffixes.n; i++)
		if (ident_under(profile->deny_suffixes.items[i], id->value))
			return false;
	return policy_check(profile, id, &why) == 0;
}

int policy_check_period(const struct conf_profile *profile, int64_t now, int64_t not_before, int64_t not_after,
                        struct problem *p)
{
	int64_t start = not_before ? not_before : now;
	int64_t end = not_after ? not_after : start + profile->validity;

	if (start < now - profile->backdate || start > now + profile->validity)
		return problem_set(
			p, PROB_MALFORMED, "notBefore must lie between %lld seconds ago and %lld seconds from now",
			(long long)(profile->backdate / CLK_SECOND), (long long)(profile->validity / CLK_SECOND));
	if (end <= start || end <= now)
		return problem_set(p, PROB_MALFORMED, "notAfter must lie in the future and after notBefore");
	if (end - start > profile->validity)
		return problem_set(p, PROB_MALFORMED, "certificates are valid for %lld seconds at most",
		                   (long long)(profile->validity / CLK_SECOND));
	return 0;
}

static bool contains(const struct conf_list *list, const char *item)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

struct conf_list policy_key_types(const struct conf *conf)
{
	struct conf_list all = { 0 };

	for (size_t i = 0; i < conf->n_profiles; i++) {
		const struct conf_list *types = &conf->profiles[i].key_types;

		all.items = xrealloc(all.items, all.n + types->n + 1, sizeof(*all.items));
		for (size_t j = 0; j < types->n; j++)
			if (!contains(&all, types->items[j]))
				all.items[all.n++] = types->items[j];
	}
	return all;
}

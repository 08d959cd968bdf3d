/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/policy.h"

#include <string.h>

#include "acme/challenge.h"
#include "base/address.h"
#include "base/clk.h"
#include "base/mem.h"

static bool under_any(const char *name, const struct conf_list *suffixes)
{
	for (size_t i = 0; i < suffixes->n; i++)
		if (ident_under(name, suffixes->items[i]))
			return true;
	return false;
}

static bool can_validate(const struct conf_profile *profile, const char *identifier_type, bool many_names)
{
	for (size_t i = 0; i < profile->challenges.n; i++)
		if (challenge_name_fits(profile->challenges.items[i], identifier_type, many_names))
			return true;
	return false;
}

bool policy_offers_subdomains(const struct conf_profile *profile)
{
	return profile->subdomain_authorizations && can_validate(profile, "dns", true);
}

static int check_address(const struct conf_profile *profile, const struct ident *id, struct problem *p)
{
	struct addr address;
	const char *special;

	if (!addr_from_text(id->value, &address))
		return problem_set(p, PROB_INTERNAL, "%s is not an IP address", id->value);
	if (addr_is_listed(&address, &profile->deny_addresses))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is in a network that is never certified",
		                   id->value);
	if (profile->allow_addresses.n + profile->allow_suffixes.n > 0 &&
	    !addr_is_listed(&address, &profile->allow_addresses))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is not in a network that may be certified",
		                   id->value);
	special = addr_special_purpose(&address);
	if (profile->public_names && special)
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is not globally reachable: %s", id->value, special);
	return 0;
}

static int check_name(const struct conf_profile *profile, const struct ident *id, struct problem *p)
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
	return 0;
}

int policy_check(const struct conf_profile *profile, const struct ident *id, struct problem *p)
{
	int r;

	if (!conf_list_has(&profile->identifier_types, id->type))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "identifiers of type %s are not certified", id->type);
	r = strcmp(id->type, "ip") == 0 ? check_address(profile, id, p) : check_name(profile, id, p);
	if (r < 0)
		return r;
	if (!can_validate(profile, id->type, id->wildcard))
		return problem_set(p, PROB_REJECTED_IDENTIFIER,
		                   "%s cannot be validated: no challenge type is offered for it", id->value);
	return 0;
}

bool policy_needs_caa(const struct conf_profile *profile, const struct ident *id)
{
	return profile->caa && strcmp(id->type, "dns") == 0 && !under_any(ident_base(id), &profile->caa_skip_suffixes);
}

/* RFC 9444 4.1: the promise is for every name below. */
bool policy_covers_subdomains(const struct conf_profile *profile, const struct ident *id)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (!policy_offers_subdomains(profile) || strcmp(id->type, "dns") != 0 || id->wildcard ||
	    ident_is_suffix(id->value))
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

struct conf_list policy_key_types(const struct conf *conf)
{
	struct conf_list all = { 0 };

	for (size_t i = 0; i < conf->n_profiles; i++) {
		const struct conf_list *types = &conf->profiles[i].key_types;

		all.items = xrealloc(all.items, all.n + types->n + 1, sizeof(*all.items));
		for (size_t j = 0; j < types->n; j++)
			if (!conf_list_has(&all, types->items[j]))
				all.items[all.n++] = types->items[j];
	}
	return all;
}

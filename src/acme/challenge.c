/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/challenge.h"

#include <string.h>

#include "base/clk.h"

const struct challenge_type challenge_types[] = {
	{ "http-01", "ca-tbr-19", .dns = true, .ip = true, .token = true },
	{ "dns-01", "ca-tbr-7", .dns = true, .many_names = true, .token = true },
	{ "tls-alpn-01", "ca-tbr-20", .dns = true, .ip = true, .token = true },
	{ "dns-account-01", "ca-tbr-21", .dns = true, .many_names = true, .token = true },
	{ "dns-persist-01", "ca-tbr-22", .dns = true, .many_names = true, .longest_reuse = 10 * CLK_DAY },
	{ 0 },
};

const struct challenge_type *challenge_type_find(const char *name)
{
	for (const struct challenge_type *type = challenge_types; type->name; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

bool challenge_fits(const struct challenge_type *type, const char *identifier_type, bool many_names)
{
	if (many_names && !type->many_names)
		return false;
	return (type->dns && strcmp(identifier_type, "dns") == 0) || (type->ip && strcmp(identifier_type, "ip") == 0);
}

bool challenge_name_fits(const char *name, const char *identifier_type, bool many_names)
{
	const struct challenge_type *type = challenge_type_find(name);

	return type && challenge_fits(type, identifier_type, many_names);
}

-- SPDX-License-Identifier: BSD-2-Clause
-- Whether an authorization is for a name: that very one or, of an authorization with subdomains, one below it, wildcards
-- included (RFC 9444 4.1).
create function core.covers(_authorization authorizations, _name text) returns boolean
language sql immutable parallel safe as $$
	select core.domain_name((_authorization).identifier, (_authorization).wildcard) = _name
	       or (_authorization).subdomains
	          and right(_name, length((_authorization).identifier) + 1) = '.' || (_authorization).identifier;
$$;

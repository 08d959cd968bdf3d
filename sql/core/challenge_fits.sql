-- SPDX-License-Identifier: BSD-2-Clause
-- Whether success in a challenge of that type says enough about a name: a wildcard needs DNS (RFC 8555 8.3, 8.4).
-- One line for each row of src/validator/methods.c.
create function core.challenge_fits(_type text, _wildcard boolean) returns boolean
language sql immutable parallel safe as $$
	select case _type
	       when 'http-01' then not _wildcard
	       when 'dns-01' then true
	       else false end;
$$;

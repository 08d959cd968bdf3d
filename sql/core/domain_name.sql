-- SPDX-License-Identifier: BSD-2-Clause
-- What an authorization stands for in a certificate: its identifier, with "*." for a wildcard (RFC 8555 7.1.4).
create function core.domain_name(_identifier text, _wildcard boolean) returns text
language sql immutable parallel safe as $$
	select case when _wildcard then '*.' || _identifier else _identifier end;
$$;

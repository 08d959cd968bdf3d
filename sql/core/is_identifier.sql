-- SPDX-License-Identifier: BSD-2-Clause
-- Whether there can be an authorization for that identifier: a DNS name or an address.
create function core.is_identifier(_type text, _value text) returns boolean language sql immutable parallel safe as $$
	select case _type when 'dns' then core.is_dns_name(_value) when 'ip' then core.is_address(_value) else false end;
$$;

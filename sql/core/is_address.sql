-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a text looks like an address in its canonical form (RFC 8738 3): IPv4 in decimal, IPv6 in lower case without
-- leading zeros, no prefix length and no zone.  The programs check more than that, see core.is_dns_name.
create function core.is_address(_text text) returns boolean language sql immutable parallel safe as $$
	select _text ~ '^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])([.]|$)){4}$' and _text !~ '[.]$'
	       or _text ~ '^((0|[1-9a-f][0-9a-f]{0,3})(:|$)){8}$' and _text !~ ':$'
	       or cardinality(string_to_array(_text, '::')) = 2
	          and cardinality(array_remove(string_to_array(_text, ':'), '')) <= 6
	          and not exists (select from unnest(string_to_array(_text, '::')) half
	                           where half !~ '^((0|[1-9a-f][0-9a-f]{0,3})(:|$))*$' or half ~ ':$');
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a text is a DNS name of two labels or more, in lower case and without a star.  The programs check more than
-- that; this keeps out what would mean something else in a URL, a query or a certificate.
-- No backslashes, here as elsewhere: what they mean would be for the caller's standard_conforming_strings to say.
create function core.is_dns_name(_name text) returns boolean language sql immutable parallel safe as $$
	select octet_length(_name) <= 253
	   and _name ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
	   and _name !~ '[.][0-9]+$';
$$;

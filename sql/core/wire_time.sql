-- SPDX-License-Identifier: BSD-2-Clause
-- RFC 3339 in UTC with whole seconds, for times inside of jsonb.
create function core.wire_time(_at timestamptz) returns text language sql stable as $$
	select to_char(_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- A name and all names above it: a.example.org, example.org, org.
create function core.suffixes(_name text) returns text[] language sql immutable parallel safe as $$
	select coalesce(array_agg(array_to_string(labels[n:], '.') order by n), '{}')
	  from string_to_array(_name, '.') labels, generate_subscripts(labels, 1) n;
$$;

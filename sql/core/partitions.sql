-- SPDX-License-Identifier: BSD-2-Clause
-- Every partition there is, with its bounds, which its name tells: orders_202611, nonces_2026112120.
create function core.partitions(out parent text, out period text, out keep text, out name text,
                                out starts timestamptz, out ends timestamptz)
returns setof record language sql stable as $$
	select p.parent, p.period, p.keep, c.relname, s.starts at time zone 'UTC',
	       (s.starts + ('1 ' || p.period)::interval) at time zone 'UTC'
	  from partitioned p
	  join pg_inherits i on i.inhparent = ('acme.' || p.parent)::regclass
	  join pg_class c on c.oid = i.inhrelid
	 cross join lateral (
	       select to_timestamp(substr(c.relname, length(p.parent) + 2), core.partition_format(p.period))
	              at time zone current_setting('TimeZone')) s(starts);
$$;

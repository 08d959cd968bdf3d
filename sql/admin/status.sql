-- SPDX-License-Identifier: BSD-2-Clause
-- One row per fact: the schema, orders of the last day by status, queues with their oldest job, daemons.
create function admin.status() returns table (what text, name text, value text, since timestamptz) language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select 'schema', 'version', version::text, null::timestamptz from schema_version
	union all
	(select 'orders', status, count(*)::text, now() - interval '1 day'
	   from orders
	  where id >= core.uuid_at(now() - interval '1 day')
	  group by status
	  order by status)
	union all
	(select 'jobs', kind, count(id)::text, nullif(min(run_after), 'infinity')
	   from unnest(array['validate', 'issue']) kind
	   left join jobs using (kind)
	  group by kind
	  order by kind desc)
	union all
	(select 'daemon', kind || ' ' || worker,
	        concat_ws(' ', 'perspective=' || nullif(perspective, ''), 'region=' || nullif(region, ''),
	                  'version=' || version,
	                  case when assume_valid then 'assume-valid' end,
	                  case when seen_at < now() - interval '1 minute' then 'not seen for a minute or more' end),
	        seen_at
	   from daemons
	  order by kind desc, worker);
$$;

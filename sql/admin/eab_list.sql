-- SPDX-License-Identifier: BSD-2-Clause
-- Keys for external account binding, newest first.
create function admin.eab_list(_limit int, _before text)
returns table (kid text, status text, note text, single_use boolean, expires_at timestamptz, orders int, max_orders int,
               accounts int8, created_at timestamptz)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select kid, core.eab_status(k), note, single_use, expires_at, orders, max_orders,
	       (select count(*) from accounts where eab_kid = k.kid), created_at
	  from eab_keys k
	 where _before is null or (created_at, kid) < (select created_at, kid from eab_keys where kid = _before)
	 order by created_at desc, kid desc
	 limit _limit;
$$;

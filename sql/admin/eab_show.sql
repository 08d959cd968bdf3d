-- SPDX-License-Identifier: BSD-2-Clause
-- One key for external account binding with the accounts bound to it, but without its secret; no row when there is none.
create function admin.eab_show(_kid text)
returns table (kid text, status text, note text, single_use boolean, expires_at timestamptz, names jsonb, profiles jsonb,
               orders int, max_orders int, accounts jsonb, created_at timestamptz, used_at timestamptz,
               revoked_at timestamptz)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select kid, core.eab_status(k), note, single_use, expires_at, names, profiles, orders, max_orders,
	       (select coalesce(jsonb_agg(account_id order by account_id), '[]') from accounts where eab_kid = _kid),
	       created_at, used_at, revoked_at
	  from eab_keys k
	 where kid = _kid;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Accounts, newest first.
create function admin.account_list(_limit int, _before uuid)
returns table (account uuid, status text, contact jsonb, eab text, created_at timestamptz, orders int8)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select account_id, status, contact, eab_kid, created_at,
	       (select count(*) from orders o where o.account_id = a.account_id)
	  from accounts a
	 where _before is null or account_id < _before
	 order by account_id desc
	 limit _limit;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Orders of all accounts, newest first.
create function admin.order_list(_limit int, _before uuid)
returns table (id uuid, account uuid, status text, profile text, names jsonb, created_at timestamptz,
               expires_at timestamptz, certificate uuid)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select id, account_id, status, profile, jsonb_path_query_array(identifiers, '$[*].value'), created_at, expires_at,
	       certificate_id
	  from orders
	 where id < coalesce(_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
	 order by id desc
	 limit _limit;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- One order with its authorizations and what became of their challenges; no row when there is none.
create function admin.order_show(_order uuid)
returns table (id uuid, account uuid, status text, profile text, names jsonb, created_at timestamptz,
               expires_at timestamptz, not_before timestamptz, not_after timestamptz, certificate uuid, error jsonb,
               authorizations jsonb)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select o.id, o.account_id, o.status, o.profile, jsonb_path_query_array(o.identifiers, '$[*].value'), o.created_at,
	       o.expires_at, o.not_before, o.not_after, o.certificate_id, o.error,
	       -- One look-up by key each: a join might read all that the account ever had.
	       (select jsonb_agg((select core.authorization_detail(a) from authorizations a
	                           where a.account_id = o.account_id and a.id = x.authorization_id) order by x.position)
	          from order_authorizations x
	         where x.account_id = o.account_id and x.order_id = _order)
	  from orders o
	 where o.id = _order;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- One order with its authorizations (core.authorization_detail) and its check of CAA records, {"names","checked","quorum",
-- "validations"} as in core.validations_of, null when none is asked for; no row when there is no such order.
create function admin.order_show(_order uuid)
returns table (id uuid, account uuid, status text, profile text, names jsonb, created_at timestamptz,
               expires_at timestamptz, not_before timestamptz, not_after timestamptz, certificate uuid, error jsonb,
               authorizations jsonb, caa jsonb)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select o.id, o.account_id, o.status, o.profile, jsonb_path_query_array(o.identifiers, '$[*].value'), o.created_at,
	       o.expires_at, o.not_before, o.not_after, o.certificate_id, o.error,
	       -- One look-up by key each: a join might read all that the account ever had.
	       (select jsonb_agg((select core.authorization_detail(a) from authorizations a
	                           where a.account_id = o.account_id and a.id = x.authorization_id) order by x.position)
	          from order_authorizations x
	         where x.account_id = o.account_id and x.order_id = _order),
	       case when o.caa is not null then jsonb_strip_nulls(jsonb_build_object(
	            'names', o.caa, 'checked', core.wire_time(o.caa_checked_at), 'quorum', o.quorum,
	            'validations', core.validations_of(o.account_id, o.id, 'caa'))) end
	  from orders o
	 where o.id = _order;
$$;

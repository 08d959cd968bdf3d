-- SPDX-License-Identifier: BSD-2-Clause
-- Names of an order that are authorized, as array of {"name","method"}: method is the challenge type by which each was
-- validated (RFC 8657 4).
create function core.caa_methods(_account uuid, _order uuid, _names jsonb) returns jsonb language sql stable as $$
	with held as materialized (
		select a, (select min(type) from challenges
		            where account_id = _account and authorization_id = a.id and status = 'valid') as method
		  from core.authorizations_of(_account, _order) a
		 where core.authorization_usable(a))
	select jsonb_agg(jsonb_build_object('name', name, 'method', found.method) order by name)
	  from jsonb_array_elements_text(_names) name
	 cross join lateral (select method from held where core.covers(a, name) limit 1) found;
$$;

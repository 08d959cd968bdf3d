-- SPDX-License-Identifier: BSD-2-Clause
-- Names of an order that are authorized, as array of {"name","methods"}: methods are the challenge types by which the
-- authorizations were gained that cover the name (RFC 8657 4), sorted.
create function core.caa_methods(_account uuid, _order uuid, _names jsonb) returns jsonb language sql stable as $$
	with held as materialized (
		select core.domain_name(a.identifier, a.wildcard) as name, a.subdomains, c.type as method
		  from core.authorizations_of(_account, _order) a
		  join challenges c on c.account_id = _account and c.authorization_id = a.id and c.status = 'valid'
		 where core.authorization_usable(a)),
	covered as (
		select n.name, held.method
		  from jsonb_array_elements_text(_names) n(name)
		 cross join lateral unnest(core.suffixes(n.name)) with ordinality suffix(name, position)
		  join held on held.name = suffix.name and (position = 1 or held.subdomains)
		 group by n.name, held.method)
	select jsonb_agg(jsonb_build_object('name', name, 'methods', methods) order by name)
	  from (select name, jsonb_agg(method order by method) as methods from covered group by name) found;
$$;

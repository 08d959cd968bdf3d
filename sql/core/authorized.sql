-- SPDX-License-Identifier: BSD-2-Clause
-- Whether identifiers and authorizations belong together: each identifier is covered, and each authorization covers one.
create function core.authorized(_identifiers jsonb, _held authorizations[]) returns boolean language sql stable as $$
	with pairs as (
		select position, a.id
		  from jsonb_array_elements(_identifiers) with ordinality i(wanted, position)
		  join unnest(_held) a on a.identifier_type = wanted ->> 'type' and core.covers(a, wanted ->> 'value'))
	select count(distinct position) = jsonb_array_length(_identifiers)
	       and count(distinct id) = cardinality(_held)
	       and cardinality(_held) > 0
	  from pairs;
$$;

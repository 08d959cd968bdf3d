-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless a quorum is one that can be reached: {"perspectives":[…],"remote":n,"regions":n} with 1 to 30
-- perspectives, no more remote ones demanded than there are beside the first, and no more regions than those can be in.
create function core.check_quorum(_quorum jsonb) returns void language plpgsql immutable as $$
declare
	_names constant text[] := array(select jsonb_array_elements_text(_quorum -> 'perspectives'));
begin
	if (_quorum - 'perspectives' - 'remote' - 'regions' = '{}'
	    and cardinality(_names) between 1 and 30
	    and cardinality(_names) = (select count(distinct name) from unnest(_names) name where length(name) between 1 and 40)
	    and (_quorum ->> 'remote')::int between 0 and cardinality(_names) - 1
	    and (_quorum ->> 'regions')::int between 0 and (_quorum ->> 'remote')::int) is not true then
		raise exception 'quorum that cannot be reached' using errcode = 'check_violation';
	end if;
end $$;

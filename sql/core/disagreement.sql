-- SPDX-License-Identifier: BSD-2-Clause
-- The problem of a validation that too few remote perspectives agree with: of the type that the first one has that does not,
-- with all of those and their reasons in the detail, which is cut where it becomes longer than problems may be.  When enough
-- agree, it is the regions that are lacking.
create function core.disagreement(_quorum jsonb, _account uuid, _object uuid, _type text) returns jsonb
language plpgsql stable as $$
declare
	_first  text;
	_agreed int;
	_others text;
begin
	select (array_agg(problem ->> 'type' order by place) filter (where status = 'invalid'))[1],
	       count(*) filter (where status = 'valid'),
	       string_agg(format('%s: %s', perspective, left(problem ->> 'detail', 300)), '; ' order by place)
	       filter (where status = 'invalid')
	  into _first, _agreed, _others
	  from core.votes(_quorum, _account, _object, _type)
	 where place > 1;
	return core.problem(coalesce(_first, 'unauthorized'), left(
		concat(format('validation was corroborated by %s of %s remote perspectives, must be by %s',
		              _agreed, jsonb_array_length(_quorum -> 'perspectives') - 1, _quorum ->> 'remote'),
		       ' in ' || nullif(_quorum ->> 'regions', '0') || ' regions', ': ' || _others), 1000));
end $$;

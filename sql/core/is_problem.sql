-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a problem is one in the form of calls.def: of a known type, with a detail of no more than the 512 bytes of struct
-- problem, and nothing else but, when it is a whole one, subproblems, which core.check_outcome looks at.
create function core.is_problem(_problem jsonb, _whole boolean) returns boolean language plpgsql immutable as $$
begin
	return coalesce(jsonb_typeof(_problem) = 'object'
		and jsonb_typeof(_problem -> 'type') = 'string' and _problem ->> 'type' = any(core.problem_types())
		and jsonb_typeof(_problem -> 'detail') = 'string' and octet_length(_problem ->> 'detail') <= 512
		and case when _whole then
			_problem - array['type', 'detail', 'retryAfter', 'subproblems'] = '{}'
			and jsonb_typeof(coalesce(_problem -> 'retryAfter', '0')) = 'number'
		else
			_problem - array['type', 'detail', 'identifier'] = '{}'
			and (_problem -> 'identifier') - array['type', 'value'] = '{}'
			and jsonb_typeof(_problem #> '{identifier,type}') = 'string'
			and jsonb_typeof(_problem #> '{identifier,value}') = 'string'
			and octet_length(_problem ->> 'identifier') <= 512
		end, false);
end $$;

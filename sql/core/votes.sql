-- SPDX-License-Identifier: BSD-2-Clause
-- What each perspective of a quorum has found, the primary one first; status is trying for one that was not heard of, and
-- invalid for one whose proof has ended meanwhile.
create function core.votes(_quorum jsonb, _account uuid, _object uuid, _type text,
                           out place int, out perspective text, out region text, out status text, out problem jsonb,
                           out ends_at timestamptz, out updated_at timestamptz)
returns setof record language plpgsql stable rows 5 as $$
declare
	_found validations;
begin
	for perspective, place in
		select * from jsonb_array_elements_text(_quorum -> 'perspectives') with ordinality
	loop
		-- One look-up by key each: a join might read all that the account ever had.
		select * into _found from validations v
		 where v.account_id = _account and v.object_id = _object and v.type = _type and v.perspective = votes.perspective;
		region := _found.region;
		status := coalesce(_found.status, 'trying');
		problem := _found.problem;
		ends_at := _found.ends_at;
		updated_at := _found.updated_at;
		if status = 'valid' and ends_at <= now() then
			status := 'invalid';
			problem := core.problem('unauthorized', format('record is no longer good for anything, its end was %s',
			                                               core.wire_time(ends_at)));
		end if;
		return next;
	end loop;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Ends the jobs of a validation whose time is over: their perspectives have found it invalid, with the reason.  When there is
-- nothing left to find out it ends as a whole; an order then, since it has lost an authorization.
create function core.give_up_on(_account uuid, _object uuid, _type text) returns void language plpgsql as $$
declare
	_open constant boolean := core.lock_validation(_account, _object, _type);
	_job  jobs;
begin
	if not exists (select from core.validation(_account, _object, _type)) then
		delete from jobs where object_id = _object and type = _type;
		if _open then
			perform core.fail_caa(_account, _object, coalesce((core.issuance(_account, _object)).problem,
				core.problem('unauthorized', 'an authorization of the order is no longer valid')));
		end if;
		return;
	end if;
	for _job in
		delete from jobs j where j.object_id = _object and j.type = _type and core.is_hopeless(j) returning j.*
	loop
		perform core.note_outcome(_job, 'invalid', null, core.give_up_reason(_job), null, null);
	end loop;
	if _job.id is not null then
		perform core.conclude(_job);
	end if;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Takes the outcome of a validation in one perspective: _problem is null when it succeeded, _record what the validator saw,
-- _ends_at the end of what it proves (null: none).  What follows is decided with the outcomes of the others
-- (core.conclude): decided is valid or invalid, null while it is open; bell is the channel to ring for what was queued by
-- that, null when nothing was.
-- Not accepted: the job was handed out anew, put back or given up, or there is nothing left to decide.
create function va.finish(_job uuid, _attempt int, _region text, _problem jsonb, _record jsonb, _ends_at timestamptz,
                          out accepted boolean, out decided text, out bell text)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_held jobs;
begin
	accepted := false;
	perform core.check_outcome(_problem, _record);
	select * into _held from jobs where id = _job and kind = 'validate' and attempts = _attempt and worker is not null;
	if not found then
		return;
	end if;
	perform core.check_speaker(_held.perspective);
	if not core.lock_validation(_held.account_id, _held.object_id, _held.type) then
		return;
	end if;
	delete from jobs where id = _job and attempts = _attempt and worker is not null returning * into _held;
	if not found then
		return;
	end if;
	accepted := true;
	perform core.note_outcome(_held, case when _problem is null then 'valid' else 'invalid' end,
	                          core.region_of(_held.perspective, _region), _problem, _record, _ends_at);
	bell := core.conclude(_held);
	decided := core.decision(_held.account_id, _held.object_id, _held.type);
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Takes the failure of a try that may be repeated (RFC 8555 8.2), after so many milliseconds, an hour at most.  The
-- challenge stays processing and shows the problem if this is the primary perspective.  After 25 such failures it is not
-- tried again but given up.
-- Not accepted: the job was handed out anew, put back or given up, or there is nothing left to decide.
create function va.retry(_job uuid, _attempt int, _region text, _problem jsonb, _record jsonb, _delay int8,
                         out accepted boolean)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_held jobs;
begin
	perform core.check_outcome(coalesce(_problem, 'null'), _record);
	update jobs
	   set failures = failures + 1, failed_at = now(), worker = null,
	       run_after = now() + make_interval(secs => greatest(least(_delay, 3600000), 0) / 1000.0),
	       give_up_at = case when failures < 24 then give_up_at else least(give_up_at, now()) end
	 where id = _job and kind = 'validate' and attempts = _attempt and worker is not null
	returning * into _held;
	accepted := found;
	if accepted then
		perform core.check_speaker(_held.perspective);
		perform core.note_outcome(_held, 'trying', core.region_of(_held.perspective, _region), _problem, _record, null);
	end if;
end $$;

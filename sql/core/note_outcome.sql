-- SPDX-License-Identifier: BSD-2-Clause
-- Keeps what came of a try: the perspective of the job has found the object valid or invalid, or goes on trying.  What is
-- not known any more (null) stays as it was after the last try.
create function core.note_outcome(_job jobs, _status text, _region text, _problem jsonb, _record jsonb, _ends_at timestamptz)
returns void language plpgsql as $$
begin
	insert into validations (account_id, object_id, type, perspective, region, status, tries, problem, record, ends_at)
	values ((_job).account_id, (_job).object_id, (_job).type, (_job).perspective, coalesce(_region, ''), _status,
	        (_job).attempts, _problem, _record, _ends_at)
	    on conflict (account_id, object_id, type, perspective) do update
	   set status = excluded.status, tries = excluded.tries, problem = excluded.problem, ends_at = excluded.ends_at,
	       region = coalesce(_region, validations.region), record = coalesce(_record, validations.record),
	       updated_at = now();
end $$;

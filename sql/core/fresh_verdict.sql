-- SPDX-License-Identifier: BSD-2-Clause
-- core.verdict on the validation of a job, by those alone whose agreement does not lie too far back; where it takes others
-- too, they are asked again (core.ask_again) and bell is the channel to ring for that.
create function core.fresh_verdict(_job jobs, _quorum jsonb, out status text, out problem jsonb, out ends_at timestamptz,
                                   out checked_at timestamptz, out bell text)
language plpgsql as $$
declare
	_verdict record := core.verdict(_quorum, (_job).account_id, (_job).object_id, (_job).type);
begin
	if _verdict.status = 'valid' and core.ask_again(_job) then
		_verdict := core.verdict(_quorum, (_job).account_id, (_job).object_id, (_job).type);
		bell := case when _verdict.status is null then 'chert_validate' end;
	end if;
	status := _verdict.status;
	problem := _verdict.problem;
	ends_at := _verdict.ends_at;
	checked_at := _verdict.checked_at;
end $$;

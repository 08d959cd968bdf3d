-- SPDX-License-Identifier: BSD-2-Clause
-- Decides the validation of a job if its perspectives have, ends the jobs that are left of it then, and returns the channel
-- to ring for what was queued (null: none).  The caller holds core.lock_validation, which was true, and has deleted the job.
create function core.conclude(_job jobs) returns text language plpgsql as $$
begin
	return case (_job).type when 'caa' then core.conclude_caa(_job) else core.conclude_challenge(_job) end;
end $$;

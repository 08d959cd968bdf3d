-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless a claim is for 1 to 1000 jobs and for a second or more.
create function core.check_claim(_limit int, _lease int) returns void language plpgsql immutable as $$
begin
	if (_limit between 1 and 1000 and _lease >= 1) is not true then
		raise exception 'claim of % jobs for % seconds', _limit, _lease using errcode = 'check_violation';
	end if;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Decides a validation if its perspectives have, ends the jobs that are left of it then, and returns the channel to ring
-- for what was queued (null: none).  The caller holds core.lock_validation, which was true.
create function core.conclude(_account uuid, _object uuid, _type text) returns text language plpgsql as $$
begin
	if _type = 'caa' then
		return core.conclude_caa(_account, _object);
	end if;
	perform core.conclude_challenge(_account, _object, _type);
	return null;
end $$;

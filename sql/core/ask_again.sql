-- SPDX-License-Identifier: BSD-2-Clause
-- Asks those perspectives again whose agreement lies too far back to count with that of the job's: agreement at one time is
-- what shows that nobody has forged all of it, so none is carried over from earlier attempts (Baseline Requirements
-- 3.2.2.9).  Until then they have found nothing.  True when there are any.
create function core.ask_again(_job jobs) returns boolean language plpgsql as $$
begin
	with old as (
		update validations set status = 'trying'
		 where account_id = (_job).account_id and object_id = (_job).object_id and type = (_job).type and status = 'valid'
		   and updated_at < now() - interval '5 minutes'
		returning perspective)
	insert into jobs (id, kind, perspective, account_id, object_id, type, give_up_at)
	select core.uuid7(), 'validate', perspective, (_job).account_id, (_job).object_id, (_job).type, (_job).give_up_at
	  from old;
	return found;
end $$;

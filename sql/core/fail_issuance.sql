-- SPDX-License-Identifier: BSD-2-Clause
-- Makes the order of an issuance invalid and deletes the job.  For a caller that holds the job but not the order, against
-- the order of locks: so it waits for nobody, and leaves the job for the next time when the order is locked.
create function core.fail_issuance(_job jobs, _error jsonb) returns void language plpgsql as $$
begin
	perform from orders where account_id = (_job).account_id and id = (_job).object_id for update skip locked;
	if found then
		update orders set status = 'invalid', error = _error
		 where account_id = (_job).account_id and id = (_job).object_id;
		delete from jobs where id = (_job).id;
	end if;
end $$;

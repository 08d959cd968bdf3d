-- SPDX-License-Identifier: BSD-2-Clause
-- Ends validations that were handed out too often without an outcome (a validator that dies of them, say), and those
-- whose authorization has expired: challenge, authorization and orders become invalid, with the reason.
-- One caller at a time, accounts and orders in sequence: only so may it lock those of several authorizations.
create function core.give_up(_perspective text, _limit int) returns void language plpgsql as $$
declare
	_job   record;
	_found authorizations;
begin
	if not exists (select from core.hopeless(_perspective, _limit))
	   or not pg_try_advisory_xact_lock(hashtext('chert give up')) then
		return;
	end if;
	for _job in
		select * from core.hopeless(_perspective, _limit) h
		 order by h.account_id, (core.orders_of(h.account_id, h.object_id))[1], h.object_id
	loop
		_found := core.lock_authorization(_job.account_id, _job.object_id);
		delete from jobs where id = _job.id and attempts = _job.attempts;
		if found and exists (select from core.validation(_job.account_id, _job.object_id, _job.type)) then
			perform core.fail_authorization(_found, _job.type, _job.error, null);
		end if;
	end loop;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Ends validations that will not be tried again (core.hopeless).
-- One caller at a time, accounts and orders in sequence: only so may it lock those of several authorizations.
create function core.give_up(_perspective text, _limit int) returns void language plpgsql as $$
declare
	_next record;
begin
	if not exists (select from core.hopeless(_perspective, _limit))
	   or not pg_try_advisory_xact_lock(hashtext('chert give up')) then
		return;
	end if;
	for _next in
		select * from core.hopeless(_perspective, _limit) h
		 order by h.account_id, coalesce((core.orders_of(h.account_id, h.object_id))[1], h.object_id), h.object_id
	loop
		perform core.give_up_on(_next.account_id, _next.object_id, _next.type);
	end loop;
end $$;

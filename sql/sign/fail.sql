-- SPDX-License-Identifier: BSD-2-Clause
-- Gives an issuance up: the order becomes invalid with the problem.  False when the job is no longer the caller's.
create function sign.fail(_job uuid, _attempt int, _problem jsonb, out accepted boolean) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_held jobs;
begin
	select * into _held from jobs where id = _job and kind = 'issue' and attempts = _attempt;
	perform from orders
	  where account_id = _held.account_id and id = _held.object_id and status = 'processing'
	    for update;
	if found then
		delete from jobs where id = _job and attempts = _attempt;
	end if;
	accepted := found;
	if accepted then
		update orders set status = 'invalid', error = _problem
		 where account_id = _held.account_id and id = _held.object_id;
	end if;
end $$;

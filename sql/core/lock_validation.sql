-- SPDX-License-Identifier: BSD-2-Clause
-- Locks what a validation can change, in the order of core.lock_authorization, and says whether it is still to be
-- decided: a challenge of a pending authorization, or as _type caa the CAA records of an order.  Raises an error unless the
-- statements of the transaction see what others have decided before the lock was had.
create function core.lock_validation(_account uuid, _object uuid, _type text) returns boolean language plpgsql as $$
begin
	if current_setting('transaction_isolation') <> 'read committed' then
		raise exception 'validation is decided in isolation %, must be in read committed',
			current_setting('transaction_isolation') using errcode = 'invalid_transaction_state';
	end if;
	if _type = 'caa' then
		perform from accounts where account_id = _account for share;
		perform from orders
		  where account_id = _account and id = _object and status = 'processing' and caa is not null and caa_checked_at is null
		    for update;
		return found;
	end if;
	return coalesce((core.lock_authorization(_account, _object)).status = 'pending', false)
	   and exists (select from challenges
	                where account_id = _account and authorization_id = _object and type = _type and status = 'processing');
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Deactivates an account, its orders that did not come to the signer yet, its pending authorizations (RFC 8555 7.3.6) and
-- the jobs of both.  Valid authorizations stay as they are: without the account they are good for nothing.  The caller has
-- locked the account.
create function core.deactivate_account(_account uuid) returns void language plpgsql as $$
declare
	_id uuid;
begin
	update accounts set status = 'deactivated' where account_id = _account;
	for _id in
		select id from orders
		 where account_id = _account
		   and (status in ('pending', 'ready') or status = 'processing' and caa is not null and caa_checked_at is null)
		 order by id
		   for update
	loop
		delete from jobs where object_id = _id;
		update orders set status = 'invalid', error = core.problem('unauthorized', 'account is deactivated')
		 where account_id = _account and id = _id;
	end loop;
	for _id in
		select id from authorizations where account_id = _account and status = 'pending' order by id for update
	loop
		perform core.end_challenges(_account, _id, 'deactivated');
		update authorizations set status = 'deactivated' where account_id = _account and id = _id;
	end loop;
end $$;

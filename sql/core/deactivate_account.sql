-- SPDX-License-Identifier: BSD-2-Clause
-- Deactivates an account, its pending and ready orders and its pending authorizations (RFC 8555 7.3.6).  Valid
-- authorizations stay as they are: without the account they are good for nothing.  The caller has locked the account.
create function core.deactivate_account(_account uuid) returns void language plpgsql as $$
begin
	update accounts set status = 'deactivated' where account_id = _account;
	perform from orders where account_id = _account and status in ('pending', 'ready') order by id for update;
	update orders set status = 'invalid', error = core.problem('unauthorized', 'account is deactivated')
	 where account_id = _account and status in ('pending', 'ready');
	perform from authorizations where account_id = _account and status = 'pending' order by id for update;
	update authorizations set status = 'deactivated' where account_id = _account and status = 'pending';
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Locks an authorization for a change of its status and returns it, after its account and the pending and ready orders
-- that contain it, of which core.may_share lets there be few: the order of locks is account, order, authorization, challenge, job, each by id.  So whoever holds an order need not
-- lock its authorizations to rely on them, and whoever holds an authorization need not lock its challenges.
-- Whoever puts an authorization into a further order locks the account for update: so no order comes too late for this.
create function core.lock_authorization(_account uuid, _authorization uuid) returns authorizations
language plpgsql as $$
declare
	_orders uuid[];
	_found  authorizations;
begin
	perform from accounts where account_id = _account for share;
	_orders := core.orders_of(_account, _authorization); -- not before the account is locked
	perform from orders
	  where account_id = _account and id = any(_orders) and status in ('pending', 'ready')
	  order by id
	    for update;
	select * into _found from authorizations where account_id = _account and id = _authorization for update;
	return _found;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Makes the pending and ready orders that contain an authorization invalid (RFC 8555 7.1.6).
create function core.fail_orders_of(_account uuid, _authorization uuid, _error jsonb) returns void
language plpgsql as $$
declare
	_orders constant uuid[] := core.orders_of(_account, _authorization);
begin
	update orders set status = 'invalid', error = _error
	 where account_id = _account and id = any(_orders) and status in ('pending', 'ready');
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Null when a locked order is ready for finalize, else orderNotReady.  One whose time has run out becomes invalid here.
create function core.order_not_ready(_order orders) returns jsonb language plpgsql as $$
begin
	if (_order).status in ('pending', 'ready') and (_order).expires_at <= now() then
		update orders set status = 'invalid', error = core.order_expired()
		 where account_id = (_order).account_id and id = (_order).id;
		return core.problem('orderNotReady', 'order is invalid because it expired, it must be ready');
	elsif (_order).status <> 'ready' then
		return core.problem('orderNotReady', format('order is %s, it must be ready', (_order).status));
	end if;
	return null;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Counts one more order of the key that an account is bound to, if to any: null, or rateLimited when there may be no more.
create function core.eab_count_order(_account uuid) returns jsonb language plpgsql as $$
declare
	_kid constant text := (select eab_kid from accounts where account_id = _account);
begin
	update eab_keys set orders = orders + 1 where kid = _kid and (max_orders is null or orders < max_orders);
	if _kid is not null and not found then
		return core.problem('rateLimited', 'external account binding permits no more orders');
	end if;
	return null;
end $$;

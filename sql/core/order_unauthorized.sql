-- SPDX-License-Identifier: BSD-2-Clause
-- Null when every authorization of a locked order is valid and has not expired, else unauthorized with the name; the
-- order becomes invalid then, since the authorization will not come back.
create function core.order_unauthorized(_order orders) returns jsonb language plpgsql as $$
declare
	_lacking constant text := (
		select min(core.domain_name(identifier, wildcard))
		  from core.authorizations_of((_order).account_id, (_order).id)
		 where status <> 'valid' or expires_at <= now());
	_problem constant jsonb := core.problem('unauthorized', format('authorization for %s is no longer valid', _lacking));
begin
	if _lacking is null then
		return null;
	end if;
	update orders set status = 'invalid', error = _problem
	 where account_id = (_order).account_id and id = (_order).id;
	return _problem;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Makes a pending authorization, the challenge that was tried and the orders that wait for it invalid.  The caller holds
-- core.lock_authorization.
create function core.fail_authorization(_authorization authorizations, _type text, _error jsonb) returns void
language plpgsql as $$
declare
	_name constant text := core.domain_name((_authorization).identifier, (_authorization).wildcard);
begin
	update challenges set status = 'invalid', error = _error
	 where account_id = (_authorization).account_id and authorization_id = (_authorization).id and type = _type;
	perform core.end_challenges((_authorization).account_id, (_authorization).id, 'invalid');
	update authorizations set status = 'invalid'
	 where account_id = (_authorization).account_id and id = (_authorization).id;
	perform core.fail_orders_of((_authorization).account_id, (_authorization).id,
		core.problem(_error ->> 'type', format('authorization for %s failed', _name), jsonb_build_object('subproblems',
			jsonb_build_array(_error || jsonb_build_object('identifier', jsonb_build_object(
				'type', (_authorization).identifier_type, 'value', _name))))));
end $$;

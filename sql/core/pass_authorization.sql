-- SPDX-License-Identifier: BSD-2-Clause
-- Makes a pending authorization and its successful challenge valid, for no longer than was proved (_ends_at, null: no end)
-- and than that type of challenge may be relied upon; and every order ready that waited for it alone, which is no longer
-- good for anything when the first of its authorizations expires.  The caller holds core.lock_authorization.
create function core.pass_authorization(_authorization authorizations, _type text, _ends_at timestamptz) returns void
language plpgsql as $$
declare
	_account constant uuid := (_authorization).account_id;
	_id      constant uuid := (_authorization).id;
	_orders  constant uuid[] := core.orders_of(_account, _id);
	_longest constant interval := (select longest_reuse from core.challenge_types() where type = _type);
begin
	update challenges set status = 'valid', validated_at = now()
	 where account_id = _account and authorization_id = _id and type = _type;
	perform core.end_challenges(_account, _id, 'valid');
	update authorizations
	   set status = 'valid', validated_at = now(), expires_at = least(now() + valid_for, now() + _longest, _ends_at)
	 where account_id = _account and id = _id;
	update orders o
	   set status = 'ready',
	       expires_at = least(expires_at, (select min(a.expires_at) from core.authorizations_of(_account, o.id) a))
	 where account_id = _account and id = any(_orders) and status = 'pending' and expires_at > now()
	   and not exists (select from core.authorizations_of(_account, o.id) a where a.status <> 'valid');
end $$;

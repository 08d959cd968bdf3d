-- SPDX-License-Identifier: BSD-2-Clause
-- The first step of every call of an account: null when the account exists, still has the key that verified the
-- signature, is valid (RFC 8555 7.3.6), and the nonce was good.
--   staleKey             the key was changed meanwhile; the nonce is not spent, the caller tries again with the new key
--   accountDoesNotExist  the nonce is not spent
-- With _for_change the account is locked against changes until the end of the transaction.
create function core.authenticate(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _for_change boolean)
returns jsonb language plpgsql as $$
declare
	_status  text;
	_version int;
	_problem jsonb;
begin
	if _for_change then
		select status, key_version into _status, _version from accounts where account_id = _account for share;
	else
		select status, key_version into _status, _version from accounts where account_id = _account;
	end if;
	if not found then
		return core.problem('accountDoesNotExist', 'no such account');
	elsif _version is distinct from _key_version then
		return core.problem('staleKey', 'the key of the account was changed');
	end if;
	_problem := core.spend_nonce(_nonce, _nonce_key);
	if _problem is null and _status <> 'valid' then
		return core.problem('accountDeactivated', format('account is %s', _status));
	end if;
	return _problem;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- The key that must verify an account's signatures (RFC 8555 6.2); accountDoesNotExist, accountDeactivated (7.3.6).
create function web.account_key(_account uuid, out problem jsonb, out jwk text, out key_version int)
language plpgsql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_found accounts;
begin
	select * into _found from accounts where account_id = _account;
	if not found then
		problem := core.problem('accountDoesNotExist', 'no such account');
	elsif _found.status <> 'valid' then
		problem := core.problem('accountDeactivated', format('account is %s', _found.status));
	else
		jwk := _found.jwk;
		key_version := _found.key_version;
	end if;
end $$;

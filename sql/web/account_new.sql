-- SPDX-License-Identifier: BSD-2-Clause
-- newAccount (RFC 8555 7.3, 7.3.1): the account of a key, made when there is none yet.  An account that exists is
-- returned as it is and the rest of the request ignored; of two requests with one new key at once one makes the account.
--   accountDoesNotExist  there is none and none shall be made
--   accountDeactivated   the key's account is no longer valid; a key never gets a second one
create function web.account_new(_nonce uuid, _nonce_key int, _thumbprint text, _jwk text, _contact jsonb,
                                _terms_agreed boolean, _only_existing boolean,
                                out problem jsonb, out account uuid, out status text, out contact jsonb,
                                out terms_agreed boolean, out created_at timestamptz, out created boolean)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	created := false;
	problem := core.spend_nonce(_nonce, _nonce_key);
	if problem is not null then
		return;
	end if;
	select account_id into account from account_keys where thumbprint = _thumbprint;
	if account is null and _only_existing then
		problem := core.problem('accountDoesNotExist', 'no account has this key');
		return;
	end if;
	if account is null then
		perform core.check_key(_jwk, _thumbprint);
		insert into account_keys values (_thumbprint, core.uuid7()) on conflict do nothing returning account_id into account;
		created := found;
	end if;
	if created then
		insert into accounts (account_id, jwk, key_thumbprint, contact, terms_agreed)
		values (account, _jwk, _thumbprint, coalesce(_contact, '[]'), _terms_agreed);
	elsif account is null then
		select account_id into account from account_keys where thumbprint = _thumbprint;
	end if;
	select r.status, r.contact, r.terms_agreed, r.created_at
	  into status, contact, terms_agreed, created_at
	  from core.account_reply(account) r;
	if status <> 'valid' then
		problem := core.problem('accountDeactivated', format('account is %s', status));
	end if;
end $$;

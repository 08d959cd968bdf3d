-- SPDX-License-Identifier: BSD-2-Clause
-- newAccount (RFC 8555 7.3, 7.3.1): the account of a key, made when there is none yet.  An account that exists is
-- returned as it is and the rest of the request ignored; of two requests with one new key at once one makes the account.
--   accountDoesNotExist  there is none and none shall be made
--   accountDeactivated   the key's account is no longer valid; a key never gets a second one
--   badPublicKey         the key is blocked
--   externalAccountRequired, unauthorized  the binding is lacking or not valid (7.3.4), see core.eab_verify
create function web.account_new(_nonce uuid, _nonce_key int, _thumbprint text, _jwk text, _contact jsonb, _terms text,
                                _only_existing boolean, _binding_required boolean, _kid text, _hash text, _signed text,
                                _mac bytea,
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
	if account is null then
		problem := case when _only_existing then core.problem('accountDoesNotExist', 'no account has this key')
		                else coalesce(core.blocked_key(_thumbprint),
		                              core.eab_verify(_binding_required, _kid, _hash, _signed, _mac)) end;
		if problem is not null then
			-- Another request by this key may have used the binding up while this one waited for it.
			select account_id into account from account_keys where thumbprint = _thumbprint;
			if account is null then
				return;
			end if;
			problem := null;
		else
			perform core.check_key(_jwk, _thumbprint);
			insert into account_keys values (_thumbprint, core.uuid7()) on conflict do nothing returning account_id into account;
			created := found;
		end if;
	end if;
	if created then
		insert into accounts (account_id, jwk, key_thumbprint, contact, terms, eab_kid)
		values (account, _jwk, _thumbprint, coalesce(_contact, '[]'), _terms, _kid);
		update eab_keys set used_at = now() where kid = _kid;
	elsif account is null then
		select account_id into account from account_keys where thumbprint = _thumbprint;
	end if;
	select r.status, r.contact, r.terms_agreed, r.created_at
	  into status, contact, terms_agreed, created_at
	  from core.account_reply(account) r;
	if account is null then
		problem := core.problem('unavailable', 'another account is just giving the key up');
	elsif status <> 'valid' then
		problem := core.problem('accountDeactivated', format('account is %s', status));
	end if;
end $$;

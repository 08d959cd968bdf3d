-- SPDX-License-Identifier: BSD-2-Clause
-- keyChange (RFC 8555 7.3.5): the account gets another key, the old one is free for anybody, but what was published
-- for it stays good for this account.  Of two at once the second
-- is told staleKey.
--   malformed     the new key is the one it has
--   badPublicKey  the new key is blocked
-- When another account has the new key, that is the conflict.
create function web.account_key_change(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _thumbprint text,
                                       _jwk text, out problem jsonb, out account uuid, out status text, out contact jsonb,
                                       out terms_agreed boolean, out created_at timestamptz, out conflict uuid)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_old constant text := (select key_thumbprint from accounts where account_id = _account for update);
begin
	problem := coalesce(core.authenticate(_account, _key_version, _nonce, _nonce_key, false),
	                    case when _old = _thumbprint then core.problem('malformed', 'new key is the key of the account') end,
	                    core.blocked_key(_thumbprint));
	if problem is not null then
		return;
	end if;
	perform core.check_key(_jwk, _thumbprint);
	insert into account_keys values (_thumbprint, _account) on conflict do nothing;
	if found then
		delete from account_keys where thumbprint = _old;
		insert into account_keys_retired values (_account, _old)
		    on conflict (account_id, thumbprint) do update set retired_at = now();
		update accounts set jwk = _jwk, key_thumbprint = _thumbprint, key_version = key_version + 1
		 where account_id = _account;
	else
		conflict := (select account_id from account_keys where thumbprint = _thumbprint);
		problem := case when conflict is null then core.problem('unavailable', 'another account is just giving the key up') end;
	end if;
	select r.account, r.status, r.contact, r.terms_agreed, r.created_at
	  into account, status, contact, terms_agreed, created_at
	  from core.account_reply(_account) r;
end $$;

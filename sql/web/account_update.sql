-- SPDX-License-Identifier: BSD-2-Clause
-- New contacts (RFC 8555 7.3.2; null: unchanged), deactivation (7.3.6), or both.  Deactivation takes what is still
-- under way with it: pending and ready orders become invalid, pending authorizations deactivated.
create function web.account_update(_account uuid, _key_version int, _nonce uuid, _nonce_key int,
                                   _contact jsonb, _deactivate boolean)
returns core.account_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.account_reply;
begin
	perform from accounts where account_id = _account for update;
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if _reply.problem is not null then
		return _reply;
	end if;
	if _contact is not null then
		update accounts set contact = _contact where account_id = _account;
	end if;
	if _deactivate then
		perform core.deactivate_account(_account);
	end if;
	return core.account_reply(_account);
end $$;

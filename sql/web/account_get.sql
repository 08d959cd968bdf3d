-- SPDX-License-Identifier: BSD-2-Clause
-- The account itself, by POST-as-GET or an empty update (RFC 8555 7.3.2).
create function web.account_get(_account uuid, _key_version int, _nonce uuid, _nonce_key int)
returns core.account_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.account_reply;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if _reply.problem is not null then
		return _reply;
	end if;
	return core.account_reply(_account);
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- An authorization of the account (RFC 8555 7.5); notFound for any other and for one that has expired.
create function web.authorization_get(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _authorization uuid)
returns core.authorization_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.authorization_reply;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if _reply.problem is not null then
		return _reply;
	end if;
	return core.authorization_reply(_account, _authorization);
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- A challenge of the account (RFC 8555 7.1.5); notFound for any other and when its authorization has expired.
create function web.challenge_get(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _authorization uuid,
                                  _type text)
returns core.challenge_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.challenge_reply;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if _reply.problem is not null then
		return _reply;
	end if;
	return core.challenge_reply(_account, _authorization, _type);
end $$;

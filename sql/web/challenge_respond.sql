-- SPDX-License-Identifier: BSD-2-Clause
-- The client is ready for a challenge (RFC 8555 7.5.1): it goes to processing and a job is queued.  A challenge that is
-- in hand or was successful is returned as it is.  malformed when the authorization is invalid or was deactivated.
-- The key authorization is that of this moment (8.1).
create function web.challenge_respond(_account uuid, _key_version int, _nonce uuid, _nonce_key int,
                                      _authorization uuid, _type text)
returns core.challenge_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply  core.challenge_reply;
	_status text;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, true);
	if _reply.problem is not null then
		return _reply;
	end if;
	select status into _status from authorizations where account_id = _account and id = _authorization for update;
	_reply := core.challenge_reply(_account, _authorization, _type);
	if _reply.problem is not null or _status = 'valid' or _reply.status = 'processing' and _status = 'pending' then
		return _reply;
	elsif _status <> 'pending' then
		_reply.problem := core.problem('malformed', format('authorization is %s', _status));
		return _reply;
	end if;
	update challenges
	   set status = 'processing',
	       key_authorization = token || '.' || (select key_thumbprint from accounts where account_id = _account)
	 where account_id = _account and authorization_id = _authorization and type = _type;
	insert into jobs (id, kind, perspective, account_id, object_id, type)
	values (core.uuid7(), 'validate', 'default', _account, _authorization, _type);
	return core.challenge_reply(_account, _authorization, _type);
end $$;

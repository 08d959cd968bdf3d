-- SPDX-License-Identifier: BSD-2-Clause
-- The client is ready for a challenge (RFC 8555 7.5.1): it goes to processing and a job is queued for each perspective, for
-- _patience seconds at most.  A challenge that was successful is returned as it is, one that is in hand too, but what waits
-- to be tried again is tried now, if the last try is a second ago (8.2).  malformed when the authorization is invalid or
-- was deactivated; rateLimited when the account has _most others under way.
-- The key authorization is that of this moment (8.1).
create function web.challenge_respond(_account uuid, _key_version int, _nonce uuid, _nonce_key int,
                                      _authorization uuid, _type text, _patience int8, _most int)
returns core.challenge_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.challenge_reply;
	_found authorizations;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, true);
	if _reply.problem is not null then
		return _reply;
	end if;
	select * into _found from authorizations where account_id = _account and id = _authorization for update;
	_reply := core.challenge_reply(_account, _authorization, _type);
	if _reply.problem is not null or _found.status = 'valid' then
		return _reply;
	elsif _found.status <> 'pending' then
		_reply.problem := core.problem('malformed', format('authorization is %s', _found.status));
		return _reply;
	elsif _reply.status = 'processing' then
		perform core.hasten(_authorization, _type);
		return core.challenge_reply(_account, _authorization, _type);
	elsif (_patience between 1 and 7 * 86400 and _most between 1 and 100000) is not true then
		raise exception 'validation for % seconds, % at once', _patience, _most using errcode = 'check_violation';
	elsif core.under_way(_account, _found.quorum #>> '{perspectives,0}', _most) = _most then
		_reply.problem := core.problem('rateLimited', format('account has %s validations under way, which is the limit', _most),
		                               '{"retryAfter": 10}');
		return _reply;
	end if;
	update challenges
	   set status = 'processing',
	       key_authorization = token || '.' || (select key_thumbprint from accounts where account_id = _account)
	 where account_id = _account and authorization_id = _authorization and type = _type;
	perform core.queue_validation(_account, _authorization, _type, _found.quorum,
	                              least(now() + make_interval(secs => _patience), _found.expires_at));
	return core.challenge_reply(_account, _authorization, _type);
end $$;

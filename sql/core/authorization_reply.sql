-- SPDX-License-Identifier: BSD-2-Clause
-- An authorization as the web calls return it (RFC 8555 7.1.4), notFound when the account has none of that id or its
-- time has run out.  Challenges: all while pending or deactivated, the successful one when valid, those that were tried
-- when invalid.
create type core.authorization_reply as (
	problem         jsonb,
	id              uuid,
	status          text,
	expires_at      timestamptz,
	identifier_type text,
	identifier      text,
	wildcard        boolean,
	subdomains      boolean,
	challenges      jsonb,
	retry_after     int
);

create function core.authorization_reply(_account uuid, _authorization uuid) returns core.authorization_reply
language plpgsql stable as $$
declare
	_reply core.authorization_reply;
begin
	select null::jsonb, id, status, expires_at, identifier_type, identifier, wildcard, subdomains
	  into _reply
	  from authorizations
	 where account_id = _account and id = _authorization
	   and not core.authorization_gone(status, expires_at);
	if not found then
		_reply.problem := core.problem('notFound', 'no such authorization');
		return _reply;
	end if;
	_reply.challenges := (
		select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', type, 'status', status, 'token', token,
		                 'validated', core.wire_time(validated_at), 'error', error)) order by position)
		  from challenges
		 where account_id = _account and authorization_id = _authorization
		   and case _reply.status when 'valid' then status = 'valid'
		                          when 'invalid' then status <> 'pending'
		                          else true end);
	_reply.retry_after := case _reply.status when 'pending' then core.retry_after('validate') end;
	return _reply;
end $$;

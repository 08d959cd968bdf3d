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
	_found authorizations;
begin
	select * into _found
	  from authorizations
	 where account_id = _account and id = _authorization
	   and not core.authorization_gone(status, expires_at);
	if not found then
		_reply.problem := core.problem('notFound', 'no such authorization');
		return _reply;
	end if;
	_reply.id := _found.id;
	_reply.status := _found.status;
	_reply.expires_at := _found.expires_at;
	_reply.identifier_type := _found.identifier_type;
	_reply.identifier := _found.identifier;
	_reply.wildcard := _found.wildcard;
	_reply.subdomains := _found.subdomains;
	_reply.challenges := (
		select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', c.type, 'status', c.status, 'token', c.token,
		                 'validated', core.wire_time(c.validated_at), 'error', s.error,
		                 'validationRecord', s.validation_record)) order by c.position)
		  from challenges c
		 cross join lateral core.primary_seen(_found.quorum, c) s
		 where c.account_id = _account and c.authorization_id = _authorization
		   and case _found.status when 'valid' then c.status = 'valid'
		                          when 'invalid' then c.status <> 'pending'
		                          else true end);
	_reply.retry_after := case _found.status
		when 'pending' then core.retry_after('validate', _found.quorum, array[_authorization]) end;
	return _reply;
end $$;

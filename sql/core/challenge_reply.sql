-- SPDX-License-Identifier: BSD-2-Clause
-- A challenge as the web calls return it (RFC 8555 7.1.5, 8), notFound when the account has no such one or its
-- authorization is gone.  record is the validationRecord of a final one.
create type core.challenge_reply as (
	problem          jsonb,
	type             text,
	status           text,
	token            text,
	validated_at     timestamptz,
	error            jsonb,
	authorization_id uuid,
	record           jsonb,
	retry_after      int
);

create function core.challenge_reply(_account uuid, _authorization uuid, _type text) returns core.challenge_reply
language plpgsql stable as $$
declare
	_reply  core.challenge_reply;
	_quorum jsonb;
begin
	select a.quorum into _quorum
	  from authorizations a
	 where a.account_id = _account and a.id = _authorization and not core.authorization_gone(a.status, a.expires_at);
	select null::jsonb, c.type, c.status, c.token, c.validated_at, s.error, c.authorization_id, s.validation_record
	  into _reply
	  from challenges c
	 cross join lateral core.primary_seen(_quorum, c) s
	 where c.account_id = _account and c.authorization_id = _authorization and c.type = _type and _quorum is not null;
	if not found then
		_reply.problem := core.problem('notFound', 'no such challenge');
	end if;
	_reply.retry_after := case _reply.status
		when 'processing' then core.retry_after('validate', _quorum, array[_authorization]) end;
	return _reply;
end $$;

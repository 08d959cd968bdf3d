-- SPDX-License-Identifier: BSD-2-Clause
-- A challenge as the web calls return it (RFC 8555 7.1.5, 8), notFound when the account has no such one or its
-- authorization is gone.
create type core.challenge_reply as (
	problem          jsonb,
	type             text,
	status           text,
	token            text,
	validated_at     timestamptz,
	error            jsonb,
	authorization_id uuid,
	retry_after      int
);

create function core.challenge_reply(_account uuid, _authorization uuid, _type text) returns core.challenge_reply
language plpgsql stable as $$
declare
	_reply core.challenge_reply;
begin
	select null::jsonb, c.type, c.status, c.token, c.validated_at, c.error, c.authorization_id
	  into _reply
	  from authorizations a
	  join challenges c on c.account_id = _account and c.authorization_id = _authorization and c.type = _type
	 where a.account_id = _account and a.id = _authorization
	   and not core.authorization_gone(a.status, a.expires_at);
	if not found then
		_reply.problem := core.problem('notFound', 'no such challenge');
	end if;
	_reply.retry_after := case _reply.status when 'processing' then core.retry_after('validate') end;
	return _reply;
end $$;

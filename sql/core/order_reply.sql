-- SPDX-License-Identifier: BSD-2-Clause
-- An order as the web calls return it (RFC 8555 7.1.3); problem notFound when the account has no such order.
-- A pending or ready order whose time has run out is shown as the invalid one that finalize would make of it.
create type core.order_reply as (
	problem        jsonb,
	id             uuid,
	status         text,
	expires_at     timestamptz,
	identifiers    jsonb,
	authorizations jsonb,
	not_before     timestamptz,
	not_after      timestamptz,
	error          jsonb,
	certificate    uuid,
	profile        text,
	replaces       text,
	retry_after    int
);

create function core.order_reply(_account uuid, _order uuid) returns core.order_reply language plpgsql stable as $$
declare
	_reply core.order_reply;
	_found orders;
	_held  uuid[];
begin
	select * into _found from orders where account_id = _account and id = _order;
	if not found then
		_reply.problem := core.problem('notFound', 'no such order');
		return _reply;
	end if;
	_held := array(
		select authorization_id
		  from order_authorizations
		 where account_id = _account and order_id = _order
		 order by position);
	select null::jsonb, _found.id, _found.status, _found.expires_at, _found.identifiers, to_jsonb(_held),
	       _found.not_before, _found.not_after, _found.error, _found.certificate_id, _found.profile, _found.replaces
	  into _reply;
	if _reply.status in ('pending', 'ready') and _reply.expires_at <= now() then
		_reply.status := 'invalid';
		_reply.error := core.order_expired();
	end if;
	_reply.retry_after := case
		when _reply.status = 'pending' then core.retry_after('validate', _found.quorum, _held)
		when _reply.status = 'processing' and _found.caa is not null and _found.caa_checked_at is null then
			core.retry_after('validate', _found.quorum, array[_order])
		when _reply.status = 'processing' then core.retry_after('issue', null, null) end;
	return _reply;
end $$;

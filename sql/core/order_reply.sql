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
begin
	select null::jsonb, id, status, expires_at, identifiers, null::jsonb, not_before, not_after, error, certificate_id,
	       profile, replaces
	  into _reply
	  from orders
	 where account_id = _account and id = _order;
	if not found then
		_reply.problem := core.problem('notFound', 'no such order');
		return _reply;
	end if;
	_reply.authorizations := (
		select jsonb_agg(authorization_id order by position)
		  from order_authorizations
		 where account_id = _account and order_id = _order);
	if _reply.status in ('pending', 'ready') and _reply.expires_at <= now() then
		_reply.status := 'invalid';
		_reply.error := core.order_expired();
	end if;
	_reply.retry_after := case _reply.status when 'pending' then core.retry_after('validate')
	                                         when 'processing' then core.retry_after('issue') end;
	return _reply;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- An order of the account (RFC 8555 7.4); notFound for any other, without a hint whether it exists.
create function web.order_get(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _order uuid)
returns core.order_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.order_reply;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if _reply.problem is not null then
		return _reply;
	end if;
	return core.order_reply(_account, _order);
end $$;

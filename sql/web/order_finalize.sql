-- SPDX-License-Identifier: BSD-2-Clause
-- finalize (RFC 8555 7.4): checks the request against the order, moves it to processing and queues the signer's job.
--   notFound        the account has no such order
--   orderNotReady   its status is another; when its time has run out, it becomes invalid
--   invalidProfile  its profile is none of _profiles, those there are
--   badCSR          the names differ, or the key is an account's (11.1) or blocked; the order stays ready
--   unauthorized    an authorization is no longer valid; the order becomes invalid
create function web.order_finalize(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _order uuid,
                                   _names jsonb, _public_key bytea, _thumbprint text, _profiles jsonb)
returns core.order_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.order_reply;
	_found orders;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, true);
	if _reply.problem is not null then
		return _reply;
	end if;
	select * into _found from orders where account_id = _account and id = _order for update;
	if not found then
		return core.order_reply(_account, _order);
	end if;
	_reply.problem := coalesce(
		core.order_not_ready(_found),
		case when not _profiles ? _found.profile then
			core.problem('invalidProfile', format('profile %s of the order is no longer offered', _found.profile)) end,
		core.csr_mismatch(_found.identifiers, _names, _thumbprint),
		core.order_unauthorized(_found));
	if _reply.problem is not null then
		return _reply;
	end if;
	update orders set status = 'processing', public_key = _public_key, key_thumbprint = _thumbprint
	 where account_id = _account and id = _order;
	insert into jobs (id, kind, account_id, object_id) values (core.uuid7(), 'issue', _account, _order);
	return core.order_reply(_account, _order);
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- finalize (RFC 8555 7.4): checks the request against the order, moves it to processing and queues what is next; bell is
-- the channel to ring for that (core.queue_issuance).
--   notFound        the account has no such order
--   orderNotReady   its status is another; when its time has run out, it becomes invalid
--   invalidProfile  its profile is none of _profiles, those there are
--   badCSR          the names differ, or the key is an account's (11.1) or blocked; the order stays ready
--   unauthorized    an authorization is no longer valid; the order becomes invalid
create function web.order_finalize(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _order uuid,
                                   _names jsonb, _public_key bytea, _thumbprint text, _profiles jsonb,
                                   out problem jsonb, out id uuid, out status text, out expires_at timestamptz,
                                   out identifiers jsonb, out authorizations jsonb, out not_before timestamptz,
                                   out not_after timestamptz, out error jsonb, out certificate uuid, out profile text,
                                   out replaces text, out retry_after int, out bell text)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_found orders;
begin
	problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, true);
	if problem is not null then
		return;
	end if;
	select * into _found from orders o where o.account_id = _account and o.id = _order for update;
	problem := case when found then coalesce(
		core.order_not_ready(_found),
		case when not _profiles ? _found.profile then
			core.problem('invalidProfile', format('profile %s of the order is no longer offered', _found.profile)) end,
		core.csr_mismatch(_found.identifiers, _names, _thumbprint),
		core.order_unauthorized(_found)) end;
	if problem is not null then
		return;
	end if;
	update orders o set status = 'processing', public_key = _public_key, key_thumbprint = _thumbprint
	 where o.account_id = _account and o.id = _found.id;
	bell := case when found then core.queue_issuance(_found) end;
	select r.*
	  into problem, id, status, expires_at, identifiers, authorizations, not_before, not_after, error, certificate,
	       profile, replaces, retry_after
	  from core.order_reply(_account, _order) r;
end $$;

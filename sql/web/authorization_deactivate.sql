-- SPDX-License-Identifier: BSD-2-Clause
-- Gives a pending or valid authorization up (RFC 8555 7.5.2); pending and ready orders that contain it become invalid.
-- malformed when it is neither.
create function web.authorization_deactivate(_account uuid, _key_version int, _nonce uuid, _nonce_key int,
                                             _authorization uuid)
returns core.authorization_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.authorization_reply;
	_found authorizations;
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, true);
	if _reply.problem is not null then
		return _reply;
	end if;
	_found := core.lock_authorization(_account, _authorization);
	if _found.id is null or core.authorization_gone(_found.status, _found.expires_at) then
		return core.authorization_reply(_account, _authorization);
	elsif _found.status not in ('pending', 'valid') then
		_reply.problem := core.problem('malformed',
			format('authorization is %s, it must be pending or valid', _found.status));
		return _reply;
	end if;
	perform core.end_challenges(_account, _authorization, 'deactivated');
	update authorizations set status = 'deactivated' where account_id = _account and id = _authorization;
	perform core.fail_orders_of(_account, _authorization, core.problem('unauthorized',
		format('authorization for %s was deactivated', core.domain_name(_found.identifier, _found.wildcard))));
	return core.authorization_reply(_account, _authorization);
end $$;

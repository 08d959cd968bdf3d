-- SPDX-License-Identifier: BSD-2-Clause
-- newOrder (RFC 8555 7.4): an order, its authorizations in the order given, and a challenge with a token of its own for
-- every type that the caller offers.  All ids carry one time, so they fall into partitions that go together.
create function web.order_new(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _identifiers jsonb,
                              _authorizations jsonb, _profile text, _not_before timestamptz, _not_after timestamptz,
                              _lifetime int8, _valid_for int8)
returns core.order_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply   core.order_reply;
	_at      constant timestamptz := clock_timestamp();
	_expires constant timestamptz := _at + make_interval(secs => _lifetime);
	_order   constant uuid := core.uuid7(_at);
begin
	_reply.problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, true);
	if _reply.problem is not null then
		return _reply;
	end if;
	perform core.check_order(_identifiers, _authorizations, _lifetime, _valid_for);
	insert into orders (account_id, id, profile, identifiers, not_before, not_after, expires_at)
	values (_account, _order, _profile, _identifiers, _not_before, _not_after, _expires);
	perform core.add_authorization(_account, _order, core.uuid7(_at), _expires, make_interval(secs => _valid_for),
	                               (position - 1)::int, wanted)
	   from jsonb_array_elements(_authorizations) with ordinality element(wanted, position);
	return core.order_reply(_account, _order);
end $$;

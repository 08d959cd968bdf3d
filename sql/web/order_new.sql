-- SPDX-License-Identifier: BSD-2-Clause
-- newOrder (RFC 8555 7.4): an order, its authorizations in the order given, and a challenge with a token of its own for
-- every type that the caller offers.  All ids made carry one time, so they fall into partitions that go together.  The
-- order is ready at once when it needs no new authorization.
--   userActionRequired                              the account has not agreed to the terms in force
--   unauthorized, rejectedIdentifier, rateLimited   the account's external binding does not permit it
--   notFound, unauthorized, malformed, alreadyReplaced   see core.replace_refusal
-- Where something may be used again the account is locked for update: of two requests at once the second finds what the
-- first has made, and core.lock_authorization finds the order.
create function web.order_new(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _terms text,
                              _identifiers jsonb, _authorizations jsonb, _profile text, _not_before timestamptz,
                              _not_after timestamptz, _lifetime int8, _valid_for int8, _reuse_order boolean,
                              _reuse_authorizations boolean, _replaces text, _certificate uuid, _issuer_key bytea,
                              _quorum jsonb, _caa jsonb)
returns core.order_reply language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_reply core.order_reply;
	_at    constant timestamptz := clock_timestamp();
	_id    constant uuid := core.uuid7(_at);
	_reuse boolean;
	_made  record;
begin
	if _reuse_order or _reuse_authorizations or core.preauthorized(_account, _authorizations) then
		perform from accounts where account_id = _account for update;
		_reuse := _reuse_authorizations;
	end if;
	_reply.problem := coalesce(core.authenticate(_account, _key_version, _nonce, _nonce_key, true),
	                           core.terms_refusal(_account, _terms), core.eab_refusal(_account, _identifiers, _profile));
	if _reply.problem is not null then
		return _reply;
	end if;
	perform core.check_order(_identifiers, _authorizations, _lifetime, _valid_for, _quorum, _caa);
	_caa := (select jsonb_agg(name order by name) from jsonb_array_elements_text(_caa) name);
	_reply.id := case when _reuse_order then
		core.open_order(_account, _identifiers, _profile, _not_before, _not_after, _replaces, _quorum, _caa) end;
	if _reply.id is not null then
		return core.order_reply(_account, _reply.id);
	end if;
	_reply.problem := coalesce(core.replace_refusal(_account, _certificate, _issuer_key, _identifiers),
	                           core.eab_count_order(_account));
	if _reply.problem is not null then
		return _reply;
	end if;
	_made := core.authorize_order(_account, _id, _at, _at + make_interval(secs => _lifetime),
	                              make_interval(secs => _valid_for), _reuse, _quorum, _authorizations);
	insert into orders (account_id, id, status, profile, identifiers, not_before, not_after, expires_at, replaces,
	                    replaces_id, quorum, caa)
	values (_account, _id, _made.status, _profile, _identifiers, _not_before, _not_after, _made.ends, _replaces,
	        _certificate, _quorum, _caa);
	update certificates set replaced_by = _id where account_id = _account and id = _certificate;
	return core.order_reply(_account, _id);
end $$;

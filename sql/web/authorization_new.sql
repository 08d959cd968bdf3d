-- SPDX-License-Identifier: BSD-2-Clause
-- newAuthz (RFC 8555 7.4.1, with subdomains RFC 9444 4.2): an authorization without an order, which later orders use
-- whatever their profile says of reuse.  With _reuse it may be one that is there, of two requests at once for the second.
--   userActionRequired                 the account has not agreed to the terms in force
--   unauthorized, rejectedIdentifier   the account's external binding does not permit it
create function web.authorization_new(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _terms text,
                                      _type text, _value text, _subdomains boolean, _types jsonb, _lifetime int8,
                                      _valid_for int8, _reuse boolean, _quorum jsonb,
                                      out problem jsonb, out id uuid, out status text, out expires_at timestamptz,
                                      out identifier_type text, out identifier text, out wildcard boolean,
                                      out subdomains boolean, out challenges jsonb, out retry_after int,
                                      out created boolean)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_wanted constant jsonb := jsonb_build_object('type', _type, 'value', _value, 'wildcard', false, 'subdomains',
		_subdomains, 'challenges', _types);
	_for    constant interval := make_interval(secs => _valid_for);
begin
	created := false;
	perform from accounts where account_id = _account for update;
	problem := coalesce(core.authenticate(_account, _key_version, _nonce, _nonce_key, false),
	                    core.terms_refusal(_account, _terms), core.eab_refusal(_account, jsonb_build_array(_wanted), null));
	if problem is not null then
		return;
	end if;
	perform core.check_wanted(jsonb_build_array(_wanted), _lifetime, _valid_for, _quorum);
	id := case when _reuse then core.find_authorization(_account, _wanted, _for, _quorum, true) end;
	created := id is null;
	if created then
		id := core.uuid7();
		perform core.add_authorization(_account, id, now() + make_interval(secs => _lifetime), _for, true, _quorum,
		                               _wanted);
	else
		update authorizations a set preauthorized = true
		 where a.account_id = _account and a.id = authorization_new.id and not a.preauthorized;
	end if;
	select r.*
	  into problem, id, status, expires_at, identifier_type, identifier, wildcard, subdomains, challenges, retry_after
	  from core.authorization_reply(_account, id) r;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Makes a pending authorization: _wanted is an element of web.order_new's list.
create function core.add_authorization(_account uuid, _id uuid, _expires_at timestamptz, _valid_for interval,
                                       _preauthorized boolean, _quorum jsonb, _wanted jsonb)
returns void language plpgsql as $$
begin
	insert into authorizations (account_id, id, identifier_type, identifier, wildcard, subdomains, preauthorized, expires_at,
	                            valid_for, quorum)
	values (_account, _id, _wanted ->> 'type', _wanted ->> 'value', (_wanted ->> 'wildcard')::boolean,
	        coalesce((_wanted ->> 'subdomains')::boolean, false), _preauthorized, _expires_at, _valid_for, _quorum);
	insert into challenges (account_id, authorization_id, type, position, token)
	select _account, _id, type, n, case when t.token then core.token() end
	  from jsonb_array_elements_text(_wanted -> 'challenges') with ordinality offered(type, n)
	  join core.challenge_types() t using (type);
end $$;

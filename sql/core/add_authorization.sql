-- SPDX-License-Identifier: BSD-2-Clause
-- Adds a pending authorization to an order: _wanted is an element of web.order_new's list.
create function core.add_authorization(_account uuid, _order uuid, _id uuid, _expires_at timestamptz,
                                       _valid_for interval, _position int, _wanted jsonb)
returns void language plpgsql as $$
begin
	insert into authorizations (account_id, id, identifier_type, identifier, wildcard, expires_at, valid_for)
	values (_account, _id, _wanted ->> 'type', _wanted ->> 'value', (_wanted ->> 'wildcard')::boolean, _expires_at,
	        _valid_for);
	insert into order_authorizations (account_id, order_id, authorization_id, position)
	values (_account, _order, _id, _position);
	insert into challenges (account_id, authorization_id, type, position, token)
	select _account, _id, type, n, core.token()
	  from jsonb_array_elements_text(_wanted -> 'challenges') with ordinality offered(type, n);
end $$;

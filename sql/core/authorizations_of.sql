-- SPDX-License-Identifier: BSD-2-Clause
-- The authorizations of an order.  One look-up by key each: a join might read all that the account ever had.
create function core.authorizations_of(_account uuid, _order uuid) returns setof authorizations
language plpgsql stable rows 5 as $$
declare
	_id uuid;
begin
	for _id in
		select authorization_id from order_authorizations where account_id = _account and order_id = _order
	loop
		return query select * from authorizations where account_id = _account and id = _id;
	end loop;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- The orders that contain an authorization, sorted.
create function core.orders_of(_account uuid, _authorization uuid) returns uuid[] language plpgsql stable as $$
begin
	return array(select order_id
	               from order_authorizations
	              where account_id = _account and authorization_id = _authorization
	              order by order_id);
end $$;

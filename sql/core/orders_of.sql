-- SPDX-License-Identifier: BSD-2-Clause
-- The orders that contain an authorization, sorted.
create function core.orders_of(_account uuid, _authorization uuid) returns uuid[] language sql stable as $$
	select array(select order_id
	               from order_authorizations
	              where account_id = _account and authorization_id = _authorization
	              order by order_id);
$$;

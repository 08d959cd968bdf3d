-- SPDX-License-Identifier: BSD-2-Clause
-- Whether an authorization may be put into one more order: until 100 of those it is in are open (pending or ready), since all
-- of them change with it, in one transaction.  Only the thousand newest are looked at; older ones are hardly open.
create function core.may_share(_account uuid, _authorization uuid) returns boolean language sql stable as $$
	select count(*) < 100
	  from (select order_id
	          from order_authorizations
	         where account_id = _account and authorization_id = _authorization
	         order by order_id desc
	         limit 1000) newest
	 cross join lateral (select from orders
	                      where account_id = _account and id = order_id and status in ('pending', 'ready')) open;
$$;

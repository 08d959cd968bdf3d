-- SPDX-License-Identifier: BSD-2-Clause
-- The orders of an account that are good for something (RFC 8555 7.1.2.1), newest first, from before an order (null: from
-- the newest); next is the last one here when there are more.
create function web.account_orders(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _before uuid, _limit int,
                                   out problem jsonb, out orders jsonb, out next uuid)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_page uuid[];
begin
	problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if problem is not null then
		return;
	end if;
	_page := array(
		select id
		  from acme.orders
		 where account_id = _account and id < coalesce(_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
		   and (status in ('processing', 'valid') or status in ('pending', 'ready') and expires_at > now())
		 order by id desc
		 limit _limit + 1);
	orders := to_jsonb(_page[:_limit]);
	next := case when cardinality(_page) > _limit then _page[_limit] end;
end $$;

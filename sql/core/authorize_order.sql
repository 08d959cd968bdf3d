-- SPDX-License-Identifier: BSD-2-Clause
-- Gives an order its authorizations, in the order of what is _wanted: ones that are there already, if _reuse says so
-- (null: none, false: those made by newAuthz, true: any), and new ones, all ids with the time of the order's.  Several
-- names may share one.  Returns the status and the end of the order: no later than that of what it relies on.
create function core.authorize_order(_account uuid, _order uuid, _at timestamptz, _expires_at timestamptz,
                                     _valid_for interval, _reuse boolean, _quorum jsonb, _wanted jsonb,
                                     out status text, out ends timestamptz)
language plpgsql as $$
declare
	_next record;
	_id   uuid;
begin
	for _next in
		select element, min(position) - 1 as position
		  from jsonb_array_elements(_wanted) with ordinality w(element, position)
		 group by element
		 order by 2
	loop
		_id := case when _reuse is not null then
			core.find_authorization(_account, _next.element, _valid_for, _quorum, _reuse) end;
		if _id is null then
			_id := core.uuid7(_at);
			perform core.add_authorization(_account, _id, _expires_at, _valid_for, false, _quorum, _next.element);
		end if;
		insert into order_authorizations (account_id, order_id, authorization_id, position)
		values (_account, _order, _id, _next.position) on conflict do nothing;
	end loop;
	select case when bool_and(a.status = 'valid') then 'ready' else 'pending' end, least(_expires_at, min(expires_at))
	  into status, ends
	  from core.authorizations_of(_account, _order) a;
end $$;

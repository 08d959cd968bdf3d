-- SPDX-License-Identifier: BSD-2-Clause
-- A pending or ready order of the account that asks for the very same and has a while left, or null.  It is found by the
-- authorizations for the first of its names, of which there are few.
create function core.open_order(_account uuid, _identifiers jsonb, _profile text, _not_before timestamptz,
                                _not_after timestamptz, _replaces text, _quorum jsonb, _caa jsonb)
returns uuid language plpgsql stable as $$
declare
	_authorization uuid;
	_order         uuid;
begin
	for _authorization in
		select id
		  from core.authorizations_for(_account, regexp_replace(_identifiers #>> '{0,value}', '^[*][.]', ''))
		 order by id desc
	loop
		foreach _order in array core.orders_of(_account, _authorization) loop
			if exists (select from orders
			            where account_id = _account and id = _order and status in ('pending', 'ready')
			              and expires_at > now() + interval '5 minutes'
			              and identifiers @> _identifiers and _identifiers @> identifiers and profile = _profile
			              and (not_before, not_after, replaces, quorum, caa)
			                  is not distinct from (_not_before, _not_after, _replaces, _quorum, _caa)) then
				return _order;
			end if;
		end loop;
	end loop;
	return null;
end $$;

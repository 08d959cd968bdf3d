-- SPDX-License-Identifier: BSD-2-Clause
-- Whether something that was made in a period must stay though its retention has ended: an order or authorization that
-- is still good for something, a certificate that has not been expired for as long as certificates are kept.
create function core.period_in_use(_keep text, _starts timestamptz, _ends timestamptz, _at timestamptz,
                                   _certificate_keep interval)
returns boolean language sql stable as $$
	select case _keep
	       when 'orders' then
	            exists (select from orders
	                     where id >= core.uuid_at(_starts) and id < core.uuid_at(_ends)
	                       and status in ('pending', 'ready', 'processing') and expires_at > _at)
	            or exists (select from authorizations
	                        where id >= core.uuid_at(_starts) and id < core.uuid_at(_ends)
	                          and status in ('pending', 'valid') and expires_at > _at)
	       when 'certificates' then
	            exists (select from certificates
	                     where id >= core.uuid_at(_starts) and id < core.uuid_at(_ends)
	                       and not_after > _at - _certificate_keep)
	       else false end;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Housekeeping (core.maintain), unless another host or a migration is at it.  Retention in seconds.
create function sign.maintain(_order_keep int8, _certificate_keep int8, out ran boolean, out made int, out dropped int)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	ran := pg_try_advisory_xact_lock(core.maintenance_lock());
	if ran then
		select m.made, m.dropped
		  into made, dropped
		  from core.maintain(now(), make_interval(secs => greatest(_order_keep, 0)),
		                     make_interval(secs => greatest(_certificate_keep, 0))) m;
	end if;
end $$;

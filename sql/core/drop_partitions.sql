-- SPDX-License-Identifier: BSD-2-Clause
-- Drops the partitions that ended longer ago than they are kept, and are not in use; returns how many.  One that cannot
-- be locked at once is left for the next time.
create function core.drop_partitions(_at timestamptz, _order_keep interval, _certificate_keep interval) returns int
language plpgsql as $$
declare
	_p       record;
	_dropped int := 0;
begin
	for _p in
		select parent, name
		  from core.partitions()
		 where ends < _at - greatest(('1 ' || period)::interval,
		                             case keep when 'orders' then _order_keep
		                                       when 'certificates' then _certificate_keep
		                                       when 'nonces' then interval '25 hours' end)
		   and not core.period_in_use(keep, starts, ends, _at, _certificate_keep)
		 order by starts, name
	loop
		begin
			execute format('drop table acme.%I', _p.name);
			_dropped := _dropped + 1;
		exception when lock_not_available then
			raise log 'partition % is in use, it is dropped later', _p.name;
		end;
	end loop;
	return _dropped;
end $$;

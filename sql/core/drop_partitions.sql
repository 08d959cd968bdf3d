-- SPDX-License-Identifier: BSD-2-Clause
-- Drops the partitions that ended longer ago than they are kept, and are not in use; returns how many.
-- That locks their tables against everybody until the end of the transaction.  All locks of tables that belong together
-- are taken before the first drop, and when one cannot be had soon, nothing more is tried until the next time: the waits
-- must add up to less than deadlock_timeout, or requests would be the victims.
create function core.drop_partitions(_at timestamptz, _order_keep interval, _certificate_keep interval) returns int
language plpgsql as $$
declare
	_group   record;
	_dropped int := 0;
begin
	for _group in
		select string_agg(distinct format('only acme.%I', parent), ', ') as tables,
		       string_agg(format('acme.%I', name), ', ' order by parent, starts) as partitions,
		       count(*) as n
		  from core.partitions()
		 where ends < _at - greatest(('1 ' || period)::interval,
		                             case keep when 'orders' then _order_keep
		                                       when 'certificates' then _certificate_keep
		                                       when 'nonces' then interval '25 hours' end)
		   and not core.period_in_use(keep, starts, ends, _at, _certificate_keep)
		 group by keep
	loop
		execute format('lock table %s in access exclusive mode', _group.tables);
		execute format('drop table %s', _group.partitions);
		_dropped := _dropped + _group.n;
	end loop;
	return _dropped;
exception when lock_not_available then
	raise log 'tables are in use, old partitions are dropped later';
	return 0;
end $$;

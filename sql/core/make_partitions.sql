-- SPDX-License-Identifier: BSD-2-Clause
-- Makes the partitions that are lacking between one period before _at and as far ahead as `partitioned` says; returns
-- how many.  They are attached, not created in place, because that does not lock readers and writers of the table out.
create function core.make_partitions(_at timestamptz) returns int language plpgsql as $$
declare
	_p    record;
	_made int := 0;
begin
	for _p in
		select p.parent, p.parent || '_' || to_char(starts, core.partition_format(p.period)) as name,
		       starts at time zone 'UTC' as starts, (starts + step) at time zone 'UTC' as ends,
		       case keep when 'nonces' then 'unlogged' else '' end as persistence, fillfactor
		  from partitioned p
		 cross join lateral (select ('1 ' || p.period)::interval, _at at time zone 'UTC') s(step, here)
		 cross join lateral generate_series(date_trunc(p.period, here) - step, here + p.ahead, step) starts
	loop
		continue when to_regclass(format('acme.%I', _p.name)) is not null;
		execute format('create %s table acme.%I (like acme.%I including defaults including constraints) '
			'with (fillfactor = %s)', _p.persistence, _p.name, _p.parent, _p.fillfactor);
		execute format('alter table acme.%I attach partition acme.%I for values from (%L) to (%L)',
			_p.parent, _p.name, core.uuid_at(_p.starts), core.uuid_at(_p.ends));
		_made := _made + 1;
	end loop;
	return _made;
end $$;

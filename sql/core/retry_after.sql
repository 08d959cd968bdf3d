-- SPDX-License-Identifier: BSD-2-Clause
-- In how many seconds to ask again for something that waits for a job of that kind: for as long as the oldest job that
-- is due has waited, since that is how far the daemons are behind, but 1 to 60.
create function core.retry_after(_kind text) returns int language sql stable as $$
	select coalesce((
		select least(greatest(ceil(extract(epoch from now() - run_after)), 1), 60)::int
		  from jobs
		 where kind = _kind and perspective = case _kind when 'validate' then 'default' else '' end and run_after <= now()
		 order by run_after
		 limit 1), 1);
$$;

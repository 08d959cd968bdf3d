-- SPDX-License-Identifier: BSD-2-Clause
-- Validations with jobs that will not be tried again: of any perspective, since that of the job may be away, those whose
-- time is over; and among the first _limit that are due in this one (null: none), those that were tried too often or that
-- there is nothing left to find out for.
create function core.hopeless(_perspective text, _limit int, out account_id uuid, out object_id uuid, out type text)
returns setof record language sql stable as $$
	(select j.account_id, j.object_id, j.type
	   from jobs j
	  where j.give_up_at <= now() and core.is_hopeless(j)
	  order by j.give_up_at
	  limit _limit)
	union
	select j.account_id, j.object_id, j.type
	  from (select *
	          from jobs
	         where kind = 'validate' and perspective = _perspective and run_after <= now()
	         order by run_after
	         limit _limit) j
	 where j.attempts - j.failures >= core.max_attempts()
	    or not exists (select from core.validation(j.account_id, j.object_id, j.type));
$$;

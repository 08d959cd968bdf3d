-- SPDX-License-Identifier: BSD-2-Clause
-- Validations that are due but will not be tried again, and why.
create function core.hopeless(_perspective text, _limit int,
                              out id uuid, out account_id uuid, out object_id uuid, out type text, out attempts int,
                              out error jsonb)
returns setof record language sql stable as $$
	select j.id, j.account_id, j.object_id, j.type, j.attempts,
	       case when j.attempts >= core.max_attempts()
	            then core.problem('serverInternal', format('validation was tried %s times without an outcome', j.attempts))
	            else core.problem('malformed', 'authorization expired') end
	  from (select *
	          from jobs
	         where kind = 'validate' and perspective = _perspective and run_after <= now()
	         order by run_after
	         limit _limit) j
	  left join lateral core.validation(j.account_id, j.object_id, j.type) v on true
	 where j.attempts >= core.max_attempts() or v.expires_at <= now();
$$;

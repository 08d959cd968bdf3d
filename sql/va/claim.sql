-- SPDX-License-Identifier: BSD-2-Clause
-- Hands validations of a perspective out to a worker, for _lease seconds and an hour at most: whoever holds a job is told
-- by its attempt number.  Those that will not be tried again end on the way, of whatever perspective (core.give_up).
-- Nothing here waits for a lock of a job.
create function va.claim(_worker text, _perspective text, _limit int, _lease int)
returns table (job uuid, attempt int, failures int, account uuid, object uuid, type text, identifier_type text,
               identifier text, wildcard boolean, token text, key_authorization text, thumbprints jsonb, names jsonb)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	_jobs uuid[];
begin
	perform core.give_up(_perspective, _limit);
	_jobs := array(
		select id
		  from jobs
		 where kind = 'validate' and perspective = _perspective and run_after <= now() and give_up_at > now()
		   and attempts - failures < core.max_attempts()
		 order by run_after
		 limit _limit
		   for update skip locked);
	return query
		with claimed as (
			update jobs j
			   set run_after = now() + make_interval(secs => least(_lease, 3600)), attempts = attempts + 1, worker = _worker
			 where id = any(_jobs)
			   and exists (select from core.validation(j.account_id, j.object_id, j.type))
			returning *)
		select j.id, j.attempts, j.failures, j.account_id, j.object_id, j.type, v.identifier_type, v.identifier, v.wildcard,
		       v.token, v.key_authorization, v.thumbprints, v.names
		  from claimed j
		 cross join lateral core.validation(j.account_id, j.object_id, j.type) v;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Hands validations of a perspective out to a worker, for _lease seconds and an hour at most: whoever holds a job is told
-- by its attempt number.  What nobody will try again (its time is over, it was handed out too often without an outcome, or
-- there is nothing left to find out) leaves the queue here, a thousand at a time, and is left to core.give_up.
-- Nothing here waits for a lock of a job.
create function va.claim(_worker text, _perspective text, _limit int, _lease int)
returns table (job uuid, attempt int, failures int, account uuid, object uuid, type text, identifier_type text,
               identifier text, wildcard boolean, token text, key_authorization text, thumbprints jsonb, names jsonb)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	_due     jobs[];
	_claimed int := 0;
	_read    int := 0;
begin
	perform core.check_claim(_limit, _lease);
	perform core.check_speaker(_perspective);
	while _claimed = 0 and _read < 1000 loop
		_due := array(
			select j from jobs j
			 where kind = 'validate' and perspective = _perspective and run_after <= now()
			 order by run_after
			 limit _limit
			   for update skip locked);
		exit when _due = '{}';
		return query
			with asked as materialized (
				select d.id, v.*
				  from unnest(_due) d
				 cross join lateral core.validation(d.account_id, d.object_id, d.type) v
				 where d.give_up_at > now() and d.attempts - d.failures < core.max_attempts()),
			claimed as (
				update jobs j
				   set run_after = now() + make_interval(secs => least(_lease, 3600)), attempts = attempts + 1, worker = _worker
				 where id = any(array(select id from asked))
				returning *)
			select j.id, j.attempts, j.failures, j.account_id, j.object_id, j.type, a.identifier_type, a.identifier, a.wildcard,
			       a.token, a.key_authorization, a.thumbprints, a.names
			  from claimed j
			  join asked a using (id);
		get diagnostics _claimed = row_count;
		_read := _read + cardinality(_due);
		update jobs set run_after = 'infinity', give_up_at = least(give_up_at, now()), worker = null
		 where id = any(array(select id from unnest(_due))) and run_after <= now();
	end loop;
end $$;

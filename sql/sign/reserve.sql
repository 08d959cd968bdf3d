-- SPDX-License-Identifier: BSD-2-Clause
-- Stores what is about to be signed, before it is: one element of each array per job.  Returns the jobs that are still
-- the caller's and whose CAA records need not be checked again; nothing else may be signed.
create function sign.reserve(_jobs uuid[], _attempts int[], _serials uuid[], _issuers int[], _not_befores timestamptz[],
                             _not_afters timestamptz[], _tbs bytea[])
returns table (job uuid) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_want record;
	_held jobs;
begin
	for _want in
		select *
		  from unnest(_jobs, _attempts, _serials, _issuers, _not_befores, _not_afters, _tbs)
		       w(job, attempt, serial, issuer, not_before, not_after, tbs)
		 order by w.job
	loop
		update jobs j set serial_id = _want.serial
		 where id = _want.job and kind = 'issue' and attempts = _want.attempt and serial_id is null
		   and exists (select from orders o
		                where o.account_id = j.account_id and o.id = j.object_id and o.status = 'processing'
		                  and not core.caa_due(o))
		returning * into _held;
		continue when not found;
		insert into serials (id, account_id, order_id, issuer_id, not_before, not_after, tbs)
		values (_want.serial, _held.account_id, _held.object_id, _want.issuer, _want.not_before, _want.not_after,
		        _want.tbs);
		job := _want.job;
		return next;
	end loop;
end $$;

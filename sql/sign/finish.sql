-- SPDX-License-Identifier: BSD-2-Clause
-- Stores signed certificates, one element of each array per job, and makes their orders valid (RFC 8555 7.1.6).
-- Returns the jobs that were still the caller's; the certificates of others are lost on purpose, another signer has
-- signed or will sign the same.
create function sign.finish(_jobs uuid[], _attempts int[], _certificates bytea[]) returns table (job uuid)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_done record;
begin
	for _done in
		select d.*
		  from unnest(_jobs, _attempts, _certificates) d(job, attempt, certificate)
		  join jobs j on j.id = d.job
		 order by j.account_id, j.object_id
	loop
		if core.store_certificate(_done.job, _done.attempt, _done.certificate) then
			job := _done.job;
			return next;
		end if;
	end loop;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Hands issuances out to a signer, for _lease seconds and an hour at most.  Whether and for which names to issue is decided
-- here, from the authorizations (core.issuance); where nothing may be issued the order becomes invalid and the job is
-- deleted; where the check of CAA records is too old, the job waits for another.  evidence is for the signer's own
-- judgement, see core.evidence.  That the thumbprint, by which keys are blocked, is that of spki is for the signer to see.
-- What an earlier attempt reserved comes with the job and must be signed again as it is.
create function sign.claim(_worker text, _limit int, _lease int)
returns table (job uuid, attempt int, account uuid, order_id uuid, profile text, names jsonb, spki bytea,
               thumbprint text, not_before timestamptz, not_after timestamptz, serial uuid, issuer int, tbs bytea,
               evidence jsonb)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	_job   jobs;
	_order orders;
	_may   core.issuance;
begin
	perform core.check_claim(_limit, _lease);
	for _job in
		select * from jobs
		 where kind = 'issue' and perspective = '' and run_after <= now()
		 order by run_after
		 limit _limit
		   for update skip locked
	loop
		select * into _order from orders
		 where account_id = _job.account_id and id = _job.object_id and status = 'processing';
		if not found then
			delete from jobs where id = _job.id;
			continue;
		end if;
		_may := core.issuance(_job.account_id, _job.object_id);
		if _job.attempts - _job.failures >= core.max_attempts() then
			_may.problem := core.problem('serverInternal',
				format('issuance was tried %s times without an outcome', _job.attempts - _job.failures));
		end if;
		if _may.problem is not null then
			perform core.fail_issuance(_job, _may.problem);
			continue;
		elsif core.caa_due(_order) then
			perform core.check_caa_again(_job);
			continue;
		end if;
		update jobs
		   set run_after = now() + make_interval(secs => least(_lease, 3600)), attempts = attempts + 1, worker = _worker
		 where id = _job.id;
		return query
			select _job.id, _job.attempts + 1, _job.account_id, _job.object_id, _order.profile, _may.names,
			       _order.public_key, _order.key_thumbprint, _order.not_before, _order.not_after, s.id, s.issuer_id,
			       s.tbs, core.evidence(_order)
			  from (select) one
			  left join serials s on s.id = _job.serial_id;
	end loop;
end $$;

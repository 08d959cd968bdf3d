-- SPDX-License-Identifier: BSD-2-Clause
-- Takes the outcome of a validation: _problem is null when it succeeded, _record what the validator saw.  Challenge,
-- authorization and orders change together (RFC 8555 7.1.6): with the last valid authorization an order is ready, with
-- the first invalid one it is invalid.
-- Not accepted: the job was handed out anew or given up, or there is nothing left to decide.
create function va.finish(_job uuid, _attempt int, _problem jsonb, _record jsonb, out accepted boolean) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
declare
	_held  jobs;
	_found authorizations;
begin
	accepted := false;
	select * into _held from jobs where id = _job and kind = 'validate' and attempts = _attempt;
	if not found then
		return;
	end if;
	_found := core.lock_authorization(_held.account_id, _held.object_id);
	delete from jobs where id = _job and attempts = _attempt;
	if not found or not exists (select from core.validation(_held.account_id, _held.object_id, _held.type)) then
		return;
	end if;
	accepted := true;
	if _found.expires_at <= now() then
		_problem := coalesce(_problem, core.problem('malformed', 'authorization expired'));
	end if;
	if _problem is null then
		perform core.pass_authorization(_found, _held.type, _record);
	else
		perform core.fail_authorization(_found, _held.type, _problem, _record);
	end if;
end $$;

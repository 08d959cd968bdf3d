-- SPDX-License-Identifier: BSD-2-Clause
-- core.conclude for the CAA records of an order: permitted, it goes on to the signer, else it becomes invalid.
create function core.conclude_caa(_job jobs) returns text language plpgsql as $$
declare
	_found   orders;
	_verdict record;
begin
	select * into _found from orders where account_id = (_job).account_id and id = (_job).object_id;
	_verdict := core.fresh_verdict(_job, _found.quorum);
	if _verdict.status = 'valid' then
		delete from jobs where object_id = _found.id and kind = 'validate';
		update orders set caa_checked_at = _verdict.checked_at where account_id = _found.account_id and id = _found.id
		returning * into _found;
		return core.queue_issuance(_found);
	elsif _verdict.status = 'invalid' then
		perform core.fail_caa(_found.account_id, _found.id, _verdict.problem);
	end if;
	return _verdict.bell;
end $$;

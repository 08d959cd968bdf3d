-- SPDX-License-Identifier: BSD-2-Clause
-- core.conclude for the CAA records of an order: permitted, it goes on to the signer, else it becomes invalid.
create function core.conclude_caa(_account uuid, _order uuid) returns text language plpgsql as $$
declare
	_found   orders;
	_verdict record;
begin
	select * into _found from orders where account_id = _account and id = _order;
	_verdict := core.verdict(_found.quorum, _account, _order, 'caa');
	if _verdict.status = 'invalid' then
		perform core.fail_caa(_account, _order, _verdict.problem);
	elsif _verdict.status = 'valid' then
		delete from jobs where object_id = _order and kind = 'validate';
		update orders set caa_checked_at = _verdict.checked_at where account_id = _account and id = _order
		returning * into _found;
		return core.queue_issuance(_found);
	end if;
	return null;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Checks the CAA records of an order again that has waited for its signer for too long (Baseline Requirements 4.2.2.1);
-- its job waits meanwhile, and whoever had it in hand before has lost it.  For a caller that holds the job but not the order, see core.fail_issuance.
create function core.check_caa_again(_job jobs) returns void language plpgsql as $$
declare
	_order orders;
begin
	select * into _order from orders
	 where account_id = (_job).account_id and id = (_job).object_id and status = 'processing'
	   for update skip locked;
	if not found then
		return;
	end if;
	update jobs set run_after = 'infinity', attempts = attempts + 1, failures = failures + 1, worker = null
	 where id = (_job).id;
	update orders set caa_checked_at = null where account_id = _order.account_id and id = _order.id returning * into _order;
	perform core.queue_issuance(_order);
end $$;

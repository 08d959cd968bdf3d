-- SPDX-License-Identifier: BSD-2-Clause
-- Stores the certificate that was signed for a job and makes its order valid; false when the job is no longer
-- held, or the check of CAA records is due again (core.caa_due).
create function core.store_certificate(_job uuid, _attempt int, _certificate bytea) returns boolean language plpgsql as $$
declare
	_held  jobs;
	_order orders;
begin
	select * into _held from jobs
	 where id = _job and kind = 'issue' and attempts = _attempt and serial_id is not null;
	select * into _order from orders
	 where account_id = _held.account_id and id = _held.object_id and status = 'processing'
	   for update;
	if not found or core.caa_due(_order) then
		return false;
	end if;
	delete from jobs where id = _job and attempts = _attempt;
	if not found then
		return false;
	end if;
	insert into certificates (account_id, id, order_id, issuer_id, profile, names, not_before, not_after, certificate)
	select _order.account_id, id, _order.id, issuer_id, _order.profile,
	       jsonb_path_query_array(_order.identifiers, '$[*].value'), not_before, not_after, _certificate
	  from serials
	 where id = _held.serial_id;
	update orders set status = 'valid', certificate_id = _held.serial_id
	 where account_id = _order.account_id and id = _order.id;
	return true;
end $$;

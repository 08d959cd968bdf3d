-- SPDX-License-Identifier: BSD-2-Clause
-- Makes an order invalid whose CAA records could not be checked or do not permit it.  The caller holds
-- core.lock_validation.
create function core.fail_caa(_account uuid, _order uuid, _problem jsonb) returns void language sql as $$
	delete from jobs where object_id = _order;
	update orders set status = 'invalid', error = _problem where account_id = _account and id = _order;
$$;

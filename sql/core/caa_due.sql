-- SPDX-License-Identifier: BSD-2-Clause
-- Whether CAA records must be checked before an order is issued: Baseline Requirements 4.2.2.1 permit eight hours, one of
-- which is the signer's.
create function core.caa_due(_order orders) returns boolean language sql stable as $$
	select (_order).caa is not null
	       and ((_order).caa_checked_at is null or (_order).caa_checked_at < now() - interval '7 hours');
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Housekeeping, as if the time were _at: partitions made and dropped, nonce keys rotated, lost jobs queued again, daemons
-- forgotten that were not seen for a week.  The caller sees to it that nobody else is at it.
-- Where requests are in the way, this gives way: see core.drop_partitions for the lock timeout.
create function core.maintain(_at timestamptz, _order_keep interval, _certificate_keep interval,
                              out made int, out dropped int)
language plpgsql set lock_timeout = '100ms' as $$
begin
	made := core.make_partitions(_at);
	dropped := core.drop_partitions(_at, _order_keep, _certificate_keep);
	perform core.rotate_nonce_keys(_at);
	perform core.queue_lost();
	delete from daemons where seen_at < _at - interval '7 days';
end $$;

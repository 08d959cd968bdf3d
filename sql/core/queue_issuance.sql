-- SPDX-License-Identifier: BSD-2-Clause
-- Queues what an order in processing needs next, and returns the channel to ring for it: the check of CAA records where
-- there is one to be made, anew and for an hour at most, else the signer's job.
create function core.queue_issuance(_order orders) returns text language plpgsql as $$
begin
	if (_order).caa is not null and (_order).caa_checked_at is null then
		delete from validations where account_id = (_order).account_id and object_id = (_order).id and type = 'caa';
		perform core.queue_validation((_order).account_id, (_order).id, 'caa', (_order).quorum, now() + interval '1 hour');
		return 'chert_validate';
	end if;
	-- One that had to wait for CAA once more is there already, with the serial number it has reserved.
	update jobs set run_after = now() where object_id = (_order).id and kind = 'issue';
	if not found then
		insert into jobs (id, kind, account_id, object_id) values (core.uuid7(), 'issue', (_order).account_id, (_order).id);
	end if;
	return 'chert_issue';
end $$;

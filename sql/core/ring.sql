-- SPDX-License-Identifier: BSD-2-Clause
-- Wakes the daemons that listen on a channel, 'chert_validate' or 'chert_issue'; false for any other channel.
-- In a call of its own, after the one that made the job: NOTIFY in a transaction takes a database-wide lock at its commit.
create function core.ring(_channel text) returns boolean language plpgsql as $$
begin
	if _channel in ('chert_validate', 'chert_issue') then
		perform pg_notify(_channel, '');
		return true;
	end if;
	return false;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Wakes the daemons that listen on a channel, 'chert_validate' or 'chert_issue'; false for any other channel.
-- A call of its own, after the one that made the job: NOTIFY in a transaction takes a database-wide lock at its commit.
create function web.ring(_channel text, out rung boolean) language sql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select core.ring(_channel);
$$;

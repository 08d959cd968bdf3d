-- SPDX-License-Identifier: BSD-2-Clause
-- How often a job is handed out without an outcome before it counts as failed.
create function core.max_attempts() returns int language sql immutable parallel safe as $$
	select 5;
$$;

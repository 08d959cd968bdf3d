-- SPDX-License-Identifier: BSD-2-Clause
-- The advisory lock of housekeeping and of sql/migrate.sql: one of them at a time.
create function core.maintenance_lock() returns int8 language sql immutable parallel safe as $$
	select hashtextextended('chert maintenance', 0);
$$;

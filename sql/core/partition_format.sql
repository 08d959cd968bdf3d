-- SPDX-License-Identifier: BSD-2-Clause
-- How a partition's name tells its beginning.
create function core.partition_format(_period text) returns text language sql immutable parallel safe as $$
	select case _period when 'month' then 'YYYYMM' when 'hour' then 'YYYYMMDDHH24' end;
$$;

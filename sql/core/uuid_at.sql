-- SPDX-License-Identifier: BSD-2-Clause
-- The lowest id of a moment: what partitions are cut at.
create function core.uuid_at(_at timestamptz) returns uuid language sql stable as $$
	select rpad(lpad(to_hex(floor(extract(epoch from _at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- See core.ring.
create function va.ring(_channel text, out rung boolean) language sql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select core.ring(_channel);
$$;

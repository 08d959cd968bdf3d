-- SPDX-License-Identifier: BSD-2-Clause
-- The number of the newest migration that was applied: programs refuse to start on another than they were built for.
create function sign.schema_version(out version int) language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select version from schema_version;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Perspectives that are bound to a role, by name.
create function admin.perspective_list() returns table (name text, role text, region text, added_at timestamptz)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select name, role, region, added_at from perspectives order by name;
$$;

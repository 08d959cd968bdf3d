-- SPDX-License-Identifier: BSD-2-Clause
-- Makes a perspective one that is bound to no role; known is false when it was none before.
create function admin.perspective_delete(_name text, out known boolean) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	delete from perspectives where name = _name;
	known := found;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Binds a perspective to a role, which must be one that may call what validators call, and to a region.  added is false when
-- the perspective is bound already, permitted is when there is no such role.
create function admin.perspective_add(_name text, _role text, _region text, out permitted boolean, out added boolean)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	permitted := exists (select from pg_roles where rolname = _role and pg_has_role(oid, 'chert_va', 'usage'));
	added := false;
	if permitted then
		insert into perspectives (name, role, region) values (_name, _role, _region) on conflict do nothing;
		added := found;
	end if;
end $$;

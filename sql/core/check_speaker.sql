-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless the role that is logged in may speak for a perspective: where acme.perspectives has it, that role
-- alone, elsewhere any role that is not bound to another one.
create function core.check_speaker(_perspective text) returns void language plpgsql stable as $$
declare
	_role constant text := (select role from perspectives where name = _perspective);
begin
	if _role <> session_user or _role is null and exists (select from perspectives where role = session_user) then
		raise exception 'role % does not speak for perspective %', session_user, _perspective
			using errcode = 'insufficient_privilege';
	end if;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Deletes a key for external account binding that no account is bound to: with an account its limits must stay.
create function admin.eab_delete(_kid text, out known boolean, out deleted boolean) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	known := (select true from eab_keys where kid = _kid for update) is true;
	deleted := known and not exists (select from accounts where eab_kid = _kid);
	if deleted then
		delete from eab_keys where kid = _kid;
	end if;
end $$;

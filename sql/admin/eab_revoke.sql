-- SPDX-License-Identifier: BSD-2-Clause
-- Revokes a key for external account binding: nobody can be bound to it, and accounts that are can order nothing.  False
-- when there is none; once revoked it stays so.
create function admin.eab_revoke(_kid text, out known boolean) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	update eab_keys set status = 'revoked', revoked_at = coalesce(revoked_at, now()) where kid = _kid;
	known := exists (select from eab_keys where kid = _kid);
end $$;

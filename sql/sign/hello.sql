-- SPDX-License-Identifier: BSD-2-Clause
-- A signer says that it is there: at its start with _first, then now and again.  True when it was known before.
create function sign.hello(_worker text, _version text, _first boolean, out seen boolean) language sql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select core.hello(_worker, 'signer', '', '', _version, false, _first);
$$;

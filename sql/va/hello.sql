-- SPDX-License-Identifier: BSD-2-Clause
-- A validator says that it is there: at its start with _first, then now and again.  True when it was known before.
create function va.hello(_worker text, _perspective text, _region text, _version text, _assume_valid boolean,
                         _first boolean, out seen boolean)
language sql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select core.hello(_worker, 'validator', _perspective, _region, _version, _assume_valid, _first);
$$;

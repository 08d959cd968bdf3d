-- SPDX-License-Identifier: BSD-2-Clause
-- The same as va.give_up, where no validator is left to do it: ends one validation whose time is over (core.give_up); to be
-- called until object is null.  When failure is not null that one could not be ended now.
create function sign.give_up(out object uuid, out failure text) language sql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select object, failure from core.give_up();
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- What regions are compared by, as src/acme/quorum.c does: the name without spaces around it and without regard to case.
create function core.region_key(_region text) returns text language sql immutable parallel safe as $$
	select upper(btrim(_region) collate "C");
$$;

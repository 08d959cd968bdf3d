-- SPDX-License-Identifier: BSD-2-Clause
-- The region of a perspective: that of acme.perspectives, where it is listed, else the one its validator says.
create function core.region_of(_perspective text, _said text) returns text language sql stable as $$
	select coalesce((select region from perspectives where name = _perspective), _said);
$$;

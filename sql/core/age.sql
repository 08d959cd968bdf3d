-- SPDX-License-Identifier: BSD-2-Clause
-- Whole seconds since then, rounded up.
create function core.age(_since timestamptz) returns int8 language sql stable as $$
	select greatest(ceil(extract(epoch from now() - _since)), 0)::int8;
$$;

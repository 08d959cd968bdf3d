-- SPDX-License-Identifier: BSD-2-Clause
-- A problem in the form of calls.def.  _name as in src/base/problem.def; _detail goes to clients.
create function core.problem(_name text, _detail text, _extra jsonb default '{}') returns jsonb
language sql stable as $$
	select jsonb_build_object('type', _name, 'detail', _detail) || _extra;
$$;

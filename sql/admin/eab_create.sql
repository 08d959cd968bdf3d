-- SPDX-License-Identifier: BSD-2-Clause
-- Makes a key for external account binding (RFC 8555 7.3.4) known; false when the kid is taken.
create function admin.eab_create(_kid text, _mac_key bytea, _note text, _single_use boolean, _expires_at timestamptz,
                                 _names jsonb, _profiles jsonb, _max_orders int, out created boolean)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	insert into eab_keys (kid, mac_key, note, single_use, expires_at, names, profiles, max_orders)
	values (_kid, _mac_key, coalesce(_note, ''), _single_use, _expires_at, _names, _profiles, _max_orders)
	    on conflict do nothing;
	created := found;
end $$;

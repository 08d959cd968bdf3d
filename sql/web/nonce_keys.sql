-- SPDX-License-Identifier: BSD-2-Clause
-- The keys that nonces are made and checked with: those not retired, newest last.
create function web.nonce_keys() returns table (id int, key bytea, active_from timestamptz) language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select id, key, active_from
	  from (select * from nonce_keys where retired_at is null order by nonce_keys.id desc limit 32) newest
	 order by id;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- One account; no row when there is none.
create function admin.account_show(_account uuid)
returns table (account uuid, status text, contact jsonb, terms text, eab text, created_at timestamptz,
               key_thumbprint text, jwk text, key_version int, orders int8, certificates int8)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select account_id, status, contact, terms, eab_kid, created_at, key_thumbprint, jwk, key_version,
	       (select count(*) from orders where account_id = _account),
	       (select count(*) from certificates where account_id = _account)
	  from accounts
	 where account_id = _account;
$$;

-- SPDX-License-Identifier: BSD-2-Clause
-- One certificate; no row when there is none.
create function admin.cert_show(_certificate uuid)
returns table (serial text, account uuid, order_id uuid, status text, profile text, names jsonb, not_before timestamptz,
               not_after timestamptz, issuer text, revoked_at timestamptz, reason int, certificate bytea)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select encode(uuid_send(c.id), 'hex'), c.account_id, c.order_id, c.status, c.profile, c.names, c.not_before,
	       c.not_after, i.name, c.revoked_at, c.reason, c.certificate
	  from certificates c
	  join issuers i on i.id = c.issuer_id
	 where c.account_id = (select account_id from serials where id = _certificate) and c.id = _certificate;
$$;

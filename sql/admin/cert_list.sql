-- SPDX-License-Identifier: BSD-2-Clause
-- Certificates of all accounts, newest first.
create function admin.cert_list(_limit int, _before uuid)
returns table (serial text, account uuid, status text, names jsonb, not_before timestamptz, not_after timestamptz,
               issuer text)
language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select encode(uuid_send(c.id), 'hex'), c.account_id, c.status, c.names, c.not_before, c.not_after, i.name
	  from serials s
	  join certificates c on c.account_id = s.account_id and c.id = s.id
	  join issuers i on i.id = c.issuer_id
	 where s.id < coalesce(_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
	 order by s.id desc
	 limit _limit;
$$;

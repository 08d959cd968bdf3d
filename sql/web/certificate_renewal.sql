-- SPDX-License-Identifier: BSD-2-Clause
-- What the time to renew a certificate follows from (RFC 9773 4.2); notFound unless it is by that issuer.
create function web.certificate_renewal(_certificate uuid, _issuer_key bytea,
                                        out problem jsonb, out status text, out not_before timestamptz,
                                        out not_after timestamptz)
language plpgsql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	select c.status, c.not_before, c.not_after
	  into status, not_before, not_after
	  from certificates c
	  join issuers i on i.id = c.issuer_id
	 where c.account_id = (select account_id from serials where id = _certificate) and c.id = _certificate
	   and i.key_id = _issuer_key;
	if not found then
		problem := core.problem('notFound', 'no such certificate');
	end if;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- A certificate of the account with one of its chains, 0 for the default (RFC 8555 7.4.2), and how many others there are;
-- notFound for any other certificate or chain.
create function web.certificate_get(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _certificate uuid,
                                    _chain int, out problem jsonb, out certificate bytea, out chain text,
                                    out alternates int)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if problem is not null then
		return;
	end if;
	select c.certificate, case _chain when 0 then i.chain else i.alternates[_chain] end, cardinality(i.alternates)
	  into certificate, chain, alternates
	  from certificates c
	  join issuers i on i.id = c.issuer_id
	 where c.account_id = _account and c.id = _certificate and _chain between 0 and cardinality(i.alternates);
	if not found then
		problem := core.problem('notFound', 'no such certificate');
	end if;
end $$;

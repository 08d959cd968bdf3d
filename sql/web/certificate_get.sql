-- SPDX-License-Identifier: BSD-2-Clause
-- A certificate of the account with its chain (RFC 8555 7.4.2); notFound for any other.
create function web.certificate_get(_account uuid, _key_version int, _nonce uuid, _nonce_key int, _certificate uuid,
                                    out problem jsonb, out certificate bytea, out chain text)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	problem := core.authenticate(_account, _key_version, _nonce, _nonce_key, false);
	if problem is not null then
		return;
	end if;
	select c.certificate, i.chain
	  into certificate, chain
	  from certificates c
	  join issuers i on i.id = c.issuer_id
	 where c.account_id = _account and c.id = _certificate;
	if not found then
		problem := core.problem('notFound', 'no such certificate');
	end if;
end $$;

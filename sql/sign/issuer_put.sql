-- SPDX-License-Identifier: BSD-2-Clause
-- The id of an issuing certificate, which is made known or, when known, given this name and chain.
create function sign.issuer_put(_name text, _certificate bytea, _chain text, out issuer int) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	update issuers set name = _name, chain = _chain where certificate = _certificate returning id into issuer;
	if not found then
		insert into issuers (name, certificate, chain) values (_name, _certificate, _chain)
		    on conflict (certificate) do update set name = excluded.name, chain = excluded.chain
		returning id into issuer;
	end if;
end $$;

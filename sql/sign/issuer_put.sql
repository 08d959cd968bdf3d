-- SPDX-License-Identifier: BSD-2-Clause
-- The id of an issuing certificate, which is made known or, when known, given this name, these chains and this key id.
create function sign.issuer_put(_name text, _certificate bytea, _chain text, _alternates text[], _key_id bytea,
                                out issuer int)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	update issuers set name = _name, chain = _chain, alternates = _alternates, key_id = _key_id
	 where certificate = _certificate
	returning id into issuer;
	if not found then
		insert into issuers (name, certificate, chain, alternates, key_id)
		values (_name, _certificate, _chain, _alternates, _key_id)
		    on conflict (certificate) do update
		   set name = excluded.name, chain = excluded.chain, alternates = excluded.alternates, key_id = excluded.key_id
		returning id into issuer;
	end if;
end $$;

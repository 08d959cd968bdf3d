-- SPDX-License-Identifier: BSD-2-Clause
-- What a validator needs to know about a challenge or, as _type caa, about the CAA records of an order; no row when there
-- is nothing left to find out.
--   wildcard     more than the one name is to be proved: a wildcard, or all names below (RFC 9444)
--   thumbprints  of the keys the account has had, the present one first; null where the type does not ask for them
--   names        [{"name","methods"}] of the order, each with the challenge types it was validated by; when one is no
--                longer authorized, there is nothing to find out
create function core.validation(_account uuid, _object uuid, _type text,
                                out identifier_type text, out identifier text, out wildcard boolean, out token text,
                                out key_authorization text, out thumbprints jsonb, out names jsonb)
returns setof record language plpgsql stable rows 1 as $$
declare
	_found authorizations;
begin
	if _type = 'caa' then
		return query
			select null, null, null::boolean, null, null, null::jsonb, m.names
			  from orders o, core.caa_methods(_account, _object, o.caa) m(names)
			 where o.account_id = _account and o.id = _object and o.status = 'processing' and o.caa_checked_at is null
			   and jsonb_array_length(m.names) = jsonb_array_length(o.caa);
	else
		-- By key alone: with the status in the condition, an index by it might read all that the account has.
		select * into _found from authorizations where account_id = _account and id = _object;
		return query
			select _found.identifier_type, _found.identifier, _found.wildcard or _found.subdomains, c.token, c.key_authorization,
			       case when _type = 'dns-persist-01' then core.thumbprints(_account) end, null::jsonb
			  from challenges c
			 where c.account_id = _account and c.authorization_id = _object and c.type = _type and c.status = 'processing'
			   and _found.status = 'pending';
	end if;
end $$;

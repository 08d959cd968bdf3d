-- SPDX-License-Identifier: BSD-2-Clause
-- What a validator needs to know; no row when there is nothing left to validate.
create function core.validation(_account uuid, _authorization uuid, _type text,
                                out identifier_type text, out identifier text, out wildcard boolean, out token text,
                                out key_authorization text, out expires_at timestamptz)
returns setof record language plpgsql stable rows 1 as $$
begin
	return query
		select a.identifier_type, a.identifier, a.wildcard, c.token, c.key_authorization, a.expires_at
		  from authorizations a
		  join challenges c on c.account_id = _account and c.authorization_id = _authorization and c.type = _type
		 where a.account_id = _account and a.id = _authorization and a.status = 'pending' and c.status = 'processing';
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a pending authorization offers just these types of challenges, or a valid one was gained by one of them.
create function core.offers(_authorization authorizations, _types jsonb) returns boolean language plpgsql stable as $$
begin
	if (_authorization).status = 'valid' then
		return core.authorization_usable(_authorization)
		   and exists (select from challenges
		                where account_id = (_authorization).account_id and authorization_id = (_authorization).id
		                  and status = 'valid' and _types ? type);
	end if;
	return (select jsonb_agg(type) @> _types and _types @> jsonb_agg(type)
	          from challenges
	         where account_id = (_authorization).account_id and authorization_id = (_authorization).id);
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a certificate may be issued on an authorization: valid, not expired, and gained by a challenge that proves
-- enough.
create function core.authorization_usable(_authorization authorizations) returns boolean language plpgsql stable as $$
begin
	return (_authorization).status = 'valid' and (_authorization).expires_at > now()
	   and core.is_identifier((_authorization).identifier_type, (_authorization).identifier)
	   and exists (select from challenges
	                where account_id = (_authorization).account_id and authorization_id = (_authorization).id
	                  and status = 'valid'
	                  and core.challenge_fits(type, (_authorization).identifier_type,
	                                          (_authorization).wildcard or (_authorization).subdomains));
end $$;

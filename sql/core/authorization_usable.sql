-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a certificate may be issued on an authorization: valid, not expired, and gained by a challenge that proves
-- enough (a wildcard needs DNS, RFC 8555 8.4, and so does what covers subdomains).
create function core.authorization_usable(_authorization authorizations) returns boolean language plpgsql stable as $$
begin
	return (_authorization).status = 'valid' and (_authorization).expires_at > now()
	   and exists (select from challenges
	                where account_id = (_authorization).account_id and authorization_id = (_authorization).id
	                  and status = 'valid'
	                  and (not ((_authorization).wildcard or (_authorization).subdomains) or type like 'dns-%'));
end $$;

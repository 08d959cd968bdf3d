-- SPDX-License-Identifier: BSD-2-Clause
-- Somebody agrees for an account to a version of the terms, on the page that userActionRequired leads to (RFC 8555 7.3.3).
create function web.account_agree(_account uuid, _terms text, out problem jsonb) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	update accounts set terms = _terms where account_id = _account and status = 'valid';
	if not found then
		select k.problem into problem from web.account_key(_account) k;
	end if;
end $$;

-- SPDX-License-Identifier: BSD-2-Clause
-- Somebody agrees for one account, or for all that have not (null), to a version of the terms; returns for how many.
create function admin.account_agree(_account uuid, _terms text, out agreed int8) language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	if _account is null then
		update accounts set terms = _terms where status = 'valid' and terms is distinct from _terms;
	else
		update accounts set terms = _terms where status = 'valid' and account_id = _account;
	end if;
	get diagnostics agreed = row_count;
end $$;

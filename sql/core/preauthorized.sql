-- SPDX-License-Identifier: BSD-2-Clause
-- Whether the account has authorizations made by newAuthz for any name of web.order_new's list or above it.
create function core.preauthorized(_account uuid, _wanted jsonb) returns boolean language plpgsql stable as $$
declare
	_names constant text[] := array(
		select distinct unnest(core.suffixes(element ->> 'value')) from jsonb_array_elements(_wanted) element);
begin
	return exists (select from authorizations
	                where account_id = _account and status in ('pending', 'valid') and identifier = any(_names)
	                  and preauthorized);
end $$;

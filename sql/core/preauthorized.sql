-- SPDX-License-Identifier: BSD-2-Clause
-- Whether the account has authorizations made by newAuthz for any name of web.order_new's list or above it.
create function core.preauthorized(_account uuid, _wanted jsonb) returns boolean language sql stable as $$
	select exists (select from jsonb_array_elements(_wanted) element
	                cross join lateral core.authorizations_for(_account, element ->> 'value') a
	                where a.preauthorized);
$$;

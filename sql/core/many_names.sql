-- SPDX-License-Identifier: BSD-2-Clause
-- Whether what is wanted (an element of web.order_new's list) is more than one name: a wildcard, or all names below.
create function core.many_names(_wanted jsonb) returns boolean language sql immutable parallel safe as $$
	select (_wanted ->> 'wildcard')::boolean or coalesce((_wanted ->> 'subdomains')::boolean, false);
$$;

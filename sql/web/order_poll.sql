-- SPDX-License-Identifier: BSD-2-Clause
-- An order again, for the request that has just finalized it and waits for the signer.
create function web.order_poll(_account uuid, _order uuid) returns core.order_reply language sql stable
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select core.order_reply(_account, _order);
$$;

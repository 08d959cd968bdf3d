-- SPDX-License-Identifier: BSD-2-Clause
-- Spends a nonce without doing anything else (RFC 8555 6.5): for a request that is refused before it has a call.
create function web.nonce_spend(_nonce uuid, _nonce_key int, out problem jsonb) language sql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
	select core.spend_nonce(_nonce, _nonce_key);
$$;

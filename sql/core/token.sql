-- SPDX-License-Identifier: BSD-2-Clause
-- A challenge token: base64url, more than the 128 random bits that RFC 8555 8 and 11.3 ask for.
create function core.token() returns text language sql as $$
	select core.base64url(core.random_key());
$$;

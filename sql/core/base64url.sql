-- SPDX-License-Identifier: BSD-2-Clause
-- base64url without padding (RFC 4648 5).
create function core.base64url(_bytes bytea) returns text language sql immutable parallel safe as $$
	select translate(encode(_bytes, 'base64'), E'+/=\n', '-_');
$$;

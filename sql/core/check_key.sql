-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless a key in canonical form has that thumbprint (RFC 7638 3).  The thumbprint ends up in key
-- authorizations: one of another's choice would fit what a server says to everybody, or the key of somebody else.
create function core.check_key(_jwk text, _thumbprint text) returns void language plpgsql stable as $$
begin
	if _thumbprint is distinct from core.base64url(sha256(convert_to(_jwk, 'UTF8'))) then
		raise exception 'thumbprint of another key' using errcode = 'check_violation';
	end if;
end $$;

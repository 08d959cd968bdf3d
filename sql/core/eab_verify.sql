-- SPDX-License-Identifier: BSD-2-Clause
-- Null when a new account may be made with a binding (RFC 8555 7.3.4), or without one (_kid is null) where none is
-- required.  The key is locked, so that of two accounts with one key for a single use only one is made.
--   externalAccountRequired  it is lacking
--   unauthorized             the MAC is wrong, or the key is unknown, revoked, expired or used up: never said which
-- What is compared are hashes of the MACs: so the time it takes tells nothing of how much of a MAC is right.
create function core.eab_verify(_required boolean, _kid text, _hash text, _signed text, _mac bytea) returns jsonb
language plpgsql as $$
declare
	_key eab_keys;
begin
	if _kid is null then
		return case when _required then core.problem('externalAccountRequired', 'external account binding is required') end;
	end if;
	select * into _key from eab_keys where kid = _kid for update;
	if not found or core.eab_status(_key) <> 'valid'
	   or (sha256(core.hmac(_hash, _key.mac_key, convert_to(_signed, 'UTF8'))) = sha256(_mac)) is not true then
		return core.problem('unauthorized', 'external account binding is not valid');
	end if;
	return null;
end $$;

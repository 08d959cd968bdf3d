-- SPDX-License-Identifier: BSD-2-Clause
-- Null, or badPublicKey for a key that nobody may use any more.
create function core.blocked_key(_thumbprint text) returns jsonb language plpgsql stable as $$
begin
	if exists (select from blocked_keys where thumbprint = _thumbprint) then
		return core.problem('badPublicKey', 'public key is known to be compromised');
	end if;
	return null;
end $$;
